#!/usr/bin/env bash
# mingw.sh COMPILER SOURCE SCRATCH: checks every source of engine/rt, engine/dsp, engine/osc's codec, models/nn and
# models/io with a Windows compiler. Debian's header-only libraries are linked in one by one, for /usr/include as a
# whole would bring glibc's headers.
set -euo pipefail
compiler=$1 source=$2 scratch=$3
mkdir -p "$scratch/include"
for library in nlohmann kissfft readerwriterqueue concurrentqueue; do
  ln -sfn "/usr/include/$library" "$scratch/include/$library"
done
cd "$source"
codec=$(sed -n '/continuo_osc_codec/,/)/p' engine/osc/CMakeLists.txt | grep -oE '[a-z_]+\.cpp' | sed 's|^|engine/osc/|')
files=$(ls engine/rt/*.cpp engine/dsp/*.cpp models/nn/*.cpp models/io/*.cpp | grep -v _posix.cpp)
flags=(-std=c++20 -Wall -Wextra -D_USE_MATH_DEFINES -I . -isystem "$scratch/include" -fsyntax-only)

check() {
  local file=$1 level
  case "$(grep -c CONTINUO_SIMD "$file")" in
    0) "$compiler" "${flags[@]}" "$file" ;;
    *)
      for level in portable avx2 avx512; do
        local simd=()
        [ $level = avx2 ] && simd=(-mavx2 -mfma -mf16c)
        [ $level = avx512 ] && simd=(-mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx512vnni -mfma -mf16c)
        "$compiler" "${flags[@]}" "${simd[@]}" -DCONTINUO_SIMD=$level -DCONTINUO_SIMD_$level=1 "$file"
      done ;;
  esac
}
count=0
for file in $files $codec; do
  check "$file" || { echo "$file does not compile for Windows" >&2; exit 1; }
  count=$((count + 1))
done
[ "$count" -gt 40 ] || { echo "only $count files found: the list is wrong" >&2; exit 1; }
echo "$count files compile for Windows"
