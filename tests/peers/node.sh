#!/bin/sh
# node.sh SCRIPT ARGUMENTS...: runs a peer test with Node, fetching its packages first. 77 (skipped) without them.
here=$(dirname "$0")
command -v node >/dev/null && command -v npm >/dev/null || { echo "skipped: no Node.js"; exit 77; }
if [ ! -d "$here/node_modules" ] || [ "$here/package.json" -nt "$here/node_modules" ]; then
  timeout 120 npm install --prefix "$here" --omit=optional --no-audit --no-fund --no-package-lock --loglevel=error &&
    touch "$here/node_modules" || { echo "skipped: npm could not fetch the packages"; exit 77; }
fi
exec node "$@"
