#!/usr/bin/env bash
# user.sh: is a user's view true? The README's example and its recipe for ARM64 are taken from the README
# and run as they stand; then an installed ordo is used through pkg-config, CMake and Meson.
set -euo pipefail
cd "$(dirname "$0")/../.."
ORDO=$PWD
export ORDO
work=$(mktemp -d)
failed() { tail -n 20 ./*.log; echo "user.sh: line $1 failed"; }
trap 'failed $LINENO' ERR
trap 'rm -rf "$work"' EXIT
unset MAKEFLAGS MFLAGS MAKEOVERRIDES

passed=0
# same WHAT OUTPUT: every line of OUTPUT that the program prints is "hello from 4000".
same() {
    local lines
    lines=$(grep -c '^hello from 4000$' <<< "$2") || true
    [ "$lines" -ge "${3-1}" ] || { echo "user.sh: $1: expected ${3-1} times \"hello from 4000\", got: $2"; exit 1; }
    passed=$((passed + 1))
}

# The first block of the README in a language, from a heading on.
block() { sed -n "/^## $1/,\$p" README.md | sed -n "/^\`\`\`$2\$/,/^\`\`\`\$/p" | sed -n '2,/^```$/p' | sed '$d'; }

mkdir "$work/project"
block "Twenty lines" c > "$work/project/hello.c"
block "Cross-compile" sh > "$work/project/recipe.sh"
cp tests/user/CMakeLists.txt tests/user/meson.build tests/user/meson_options.txt "$work/project"

cd "$work/project"
same "the README's recipe" "$(sh -eu recipe.sh 2>&1)" 2

make -s -C "$ORDO" install ARCH=aarch64-fat PREFIX="$work/arm" > install.log
make -s -C "$ORDO" install PREFIX="$work/host" >> install.log

flags=$(PKG_CONFIG_PATH="$work/host/lib/pkgconfig" pkg-config --cflags --libs ordo)
gcc -O2 hello.c $flags -o hello-shared
same "pkg-config, shared library" "$(LD_LIBRARY_PATH="$work/host/lib" ./hello-shared 2>&1)"

cmake -S . -B cmake -DCMAKE_TOOLCHAIN_FILE="$ORDO/toolchains/aarch64-linux-gnu.cmake" \
    -DORDO="$work/arm" > cmake.log && cmake --build cmake >> cmake.log
same "CMake" "$(cd cmake && ctest -V 2>&1 | sed -n 's/^1: //p')"

meson setup --cross-file "$ORDO/toolchains/aarch64-linux-gnu.meson" -Dordo="$work/arm" meson-build > meson.log
meson compile -C meson-build >> meson.log
same "Meson" "$(meson test -C meson-build -v 2>&1 | sed 's/^.*hello from/hello from/')"

echo "$passed passed, 0 failed"
