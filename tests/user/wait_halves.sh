#!/usr/bin/env bash
# wait_halves.sh LIBRARY [CC]: two shared objects that each link the static library, opened with
# RTLD_LOCAL, are one process to ordo_wait and the parking lot: a notify or an unpark in one reaches
# who sleeps in the other. So are a program that links it with -rdynamic and a shared object that it
# opens.
set -euo pipefail
library=$(realpath "$1")
cc=${2:-gcc}
[ "$cc" != pthread ] || cc=gcc
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for half in one other; do
    "$cc" -std=gnu17 -O2 -fPIC -shared -I../../include -o "$work/$half.so" wait_half.c "$library"
done
"$cc" -std=gnu17 -O2 -I../../include -o "$work/program" wait_halves.c -ldl -lpthread
timeout 20 "$work/program" "$work/one.so" "$work/other.so"
"$cc" -std=gnu17 -O2 -rdynamic -I../../include -o "$work/whole" wait_halves.c wait_half.c \
    "$library" -ldl -lpthread
timeout 20 "$work/whole" - "$work/other.so"
