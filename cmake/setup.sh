# What ./run and ./test share: Debian packages and the build. Sourced, not run.

PLAY_PACKAGES=(g++ cmake ninja-build pkg-config librtaudio-dev librtmidi-dev liblo-dev libconcurrentqueue-dev
  libreaderwriterqueue-dev libsndfile1-dev libsamplerate0-dev libkissfft-dev libboost-dev nlohmann-json3-dev libcli11-dev
  liblo-tools)
TRAIN_PACKAGES=(libtorch-dev libopenblas0-pthread libpng-dev libsoxr-dev)
BENCH_PACKAGES=(jackd2 libjack-jackd2-dev supercollider-server libaubio-dev)
TEST_PACKAGES=(catch2 jackd2 libjack-jackd2-dev supercollider-server puredata-core clang-14
  libclang-rt-14-dev g++-mingw-w64-x86-64-posix ccache sox)

# install_packages NAME...: Debian packages that are not there yet. Asks for nothing as root, uses sudo otherwise.
install_packages() {
  local missing=() package
  command -v dpkg-query > /dev/null || return 0 # not Debian: README names the libraries
  while read -r package; do missing+=("$package"); done < <(
    comm -23 <(printf '%s\n' "$@" | sort -u) \
      <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2> /dev/null | awk '$2 == "installed" {print $1}' | sort -u))
  [ ${#missing[@]} -eq 0 ] && return 0
  echo "installing ${missing[*]}" >&2
  local as_root=()
  [ "$(id -u)" -eq 0 ] || as_root=(sudo)
  export DEBIAN_FRONTEND=noninteractive
  "${as_root[@]}" apt-get update -qq >&2
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
    > "${TMPDIR:-/tmp}/continuo-install.log" 2>&1 || {
    tail -20 "${TMPDIR:-/tmp}/continuo-install.log" >&2
    echo "could not install ${missing[*]}" >&2
    exit 1
  }
}

# build SOURCE FOLDER [CMAKE OPTION...] -- TARGET...: silent when there is nothing to do.
build() {
  local source=$1 folder=$2 options=() targets=()
  shift 2
  while [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  shift
  targets=("$@")
  mkdir -p "$folder"
  local log=$folder/build.log
  if [ ! -f "$folder/build.ninja" ] || [ ${#options[@]} -gt 0 ]; then
    cmake -S "$source" -B "$folder" -G Ninja "${options[@]}" > "$log" 2>&1 || {
      grep -A8 -i error "$log" >&2
      echo "configuring failed; all of it: $log" >&2
      exit 1
    }
  fi
  if [ -t 2 ]; then
    NINJA_STATUS='building [%f/%t] ' ninja -C "$folder" "${targets[@]}" 2>&1 | tee "$log" | awk '
      /^building/ { printf "\r\033[K%.100s", $0; fflush(); next } /no work to do|Entering directory|^$/ { next } { print }
      END { printf "\r\033[K" }' >&2
    [ "${PIPESTATUS[0]}" -eq 0 ] || exit 1
  else
    ninja -C "$folder" "${targets[@]}" > "$log" 2>&1 || {
      tail -40 "$log" >&2
      echo "the build failed; all of it: $log" >&2
      exit 1
    }
  fi
}
