#!/usr/bin/env bash
# wait_halves.sh LIBRARY [CC]: two shared objects that each link the static library, opened with
# RTLD_LOCAL, are one process to ordo_wait and the parking lot: a notify or an unpark in one reaches
# who sleeps in the other; and a thread has one id, and no other thread has that. So are a program
# that links it with -rdynamic and a shared object that it opens, and an object with a copy and one on
# libordo.so, where what there is one of has a version. A program that does not export what there is
# one of has its own, as wait.h, parking_lot.h and thread.h say.
set -euo pipefail
library=$(realpath "$1")
cc=${2:-gcc}
[ "$cc" != pthread ] || cc=gcc # the library without futexes
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for half in one other; do
    "$cc" -std=gnu17 -O2 -fPIC -shared -I../../include -o "$work/$half.so" wait_half.c "$library"
done
ln -s "${library%.a}.so" "$work/libordo.so.0"
"$cc" -std=gnu17 -O2 -fPIC -shared -I../../include -o "$work/shared.so" wait_half.c "$work/libordo.so.0"
export LD_LIBRARY_PATH=$work
program() { # program NAME FLAGS...: with a half of its own
    "$cc" -std=gnu17 -O2 -I../../include -o "$work/$1" wait_halves.c wait_half.c "$library" \
        "${@:2}" -ldl -lpthread
}
"$cc" -std=gnu17 -O2 -I../../include -o "$work/program" wait_halves.c -ldl -lpthread
program whole -rdynamic
program apart -Wl,--export-dynamic-symbol='half_*'
for kind in id wait park; do
    timeout 20 "$work/program" $kind "$work/one.so" "$work/other.so"
    timeout 20 "$work/program" $kind "$work/one.so" "$work/shared.so"
    timeout 20 "$work/program" $kind "$work/shared.so" "$work/one.so"
    timeout 20 "$work/whole" $kind - "$work/other.so"
    status=0
    timeout 2 "$work/apart" $kind - "$work/other.so" || status=$?
    expected=124 # the time is over
    [ $kind != id ] || expected=1
    [ $status -eq $expected ] ||
        { echo "$kind: a program without -rdynamic: status $status" >&2; exit 1; }
    echo "$kind: apart in a program that does not export it"
done
