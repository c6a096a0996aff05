#!/usr/bin/env bash
# user.sh: is what the README tells users true? Its example and its recipe for ARM64 are taken from it
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
# said WHAT OUTPUT TIMES: the program's line is in OUTPUT so many times.
said() {
    local lines
    lines=$(grep -c '^hello from 4000$' <<< "$2") || true
    if [ "$lines" -ne "$3" ]; then
        echo "user.sh: $1: expected \"hello from 4000\" $3 times, got: $2"
        exit 1
    fi
    passed=$((passed + 1))
}

# The first block of the README in a language, from a heading on.
block() {
    sed -n "/^## $1/,\$p" README.md | sed -n "/^\`\`\`$2\$/,/^\`\`\`\$/p" | sed '1d; /^```$/,$d'
}

mkdir "$work/project"
block "Twenty lines" c > "$work/project/hello.c"
block "Cross-compile" sh > "$work/project/recipe.sh"
cp tests/user/CMakeLists.txt tests/user/meson.build tests/user/meson_options.txt "$work/project"

cd "$work/project"
said "the README's recipe" "$(sh -eu recipe.sh 2>&1)" 2

make -s -C "$ORDO" install ARCH=aarch64-fat PREFIX="$work/arm" > install.log
make -s -C "$ORDO" install PREFIX="$work/host" >> install.log

flags=$(PKG_CONFIG_PATH="$work/host/lib/pkgconfig" pkg-config --cflags --libs ordo)
gcc -O2 hello.c $flags -o hello-shared
said "pkg-config, shared library" "$(LD_LIBRARY_PATH="$work/host/lib" ./hello-shared 2>&1)" 1

cmake -S . -B cmake -DCMAKE_TOOLCHAIN_FILE="$ORDO/toolchains/aarch64-linux-gnu.cmake" \
    -DORDO="$work/arm" > cmake.log && cmake --build cmake >> cmake.log
said "CMake" "$(cd cmake && ctest -V 2>&1 | sed -n 's/^1: //p')" 1

meson setup --cross-file "$ORDO/toolchains/aarch64-linux-gnu.meson" -Dordo="$work/arm" meson-build > meson.log
meson compile -C meson-build >> meson.log
said "Meson" "$(meson test -C meson-build -v 2>&1 | sed 's/^.*hello from/hello from/')" 1

echo "$passed passed, 0 failed"
