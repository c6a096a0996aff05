#!/usr/bin/env bash
# unwind.sh LIBRARY: the end of a thread inside a scope of a poison mutex or of threads, an
# exception through a scope or a once, in C, in C that unwinds
# (-fexceptions), and in C++, from both compilers.
set -euo pipefail
library=$(realpath "$1")
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

passed=0
# run MODE COMMAND...: what the compiler makes of unwind.c ends scopes, or not, as MODE says.
run() {
    local mode=$1
    shift
    "$@" -O2 -Wall -Wextra -Werror -I../../include unwind.c -x none "$library" -lpthread \
        -o "$work/unwind"
    timeout 20 "$work/unwind" "$mode" || { echo "unwind.sh: $* failed"; exit 1; }
    passed=$((passed + 1))
}
run plain gcc -std=gnu17
run plain clang -std=gnu17
run unwinding gcc -std=gnu17 -fexceptions
run unwinding clang -std=gnu17 -fexceptions
run unwinding g++ -std=gnu++17 -x c++
run unwinding clang++ -std=gnu++17 -x c++
echo "unwind.sh: $passed programs passed"
