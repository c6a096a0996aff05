#!/usr/bin/env bash
# symbols.sh THEIRS OURS: does OURS export what GCC's libatomic.so.1 does, by nm: each symbol under its
# version node, the nodes with their parents, the soname? What ours has beyond must stand in the list
# below. With `--archive THEIRS.a OURS.a` the names that the archives define; of GCC's those with
# libat_ in front are its own.
set -u
allowed=() # symbols, or symbol@@NODE, that may be in ours alone

archive=
[ "${1-}" != --archive ] || { archive=yes; shift; }
[ $# -eq 2 ] || { echo "symbols.sh: give two libraries: symbols.sh [--archive] THEIRS OURS" >&2; exit 2; }
for library in "$@"; do
    [ -r "$library" ] || { echo "symbols.sh: cannot read $library" >&2; exit 2; }
done
theirs=$1
ours=$2

# One a line, sorted. A is a node, `i` a function that is chosen at start-up.
exported() {
    nm -D --defined-only --with-symbol-versions "$1" | awk '$2 ~ /^[TWVi]$/ { print $3 }' | sort
}
defined() {
    nm -g --defined-only "$1" | awk '$2 ~ /^[TWVi]$/ && $3 !~ /^libat_/ { print $3 }' | sort -u
}
nodes() { # each node with its parents
    readelf -VW "$1" | awk '/^Version definition/ { on = 1 } /^Version needs/ { on = 0 }
        on && /Name:/ { name = $NF } on && /Parent/ { name = name " of " $NF }
        on && /Rev:/ { if (kept) print kept } on { kept = name } END { print kept }' |
        grep LIBATOMIC | sort
}
soname() { readelf -dW "$1" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p'; }

status=0
compare() { # compare WHAT FUNCTION
    local missing extra name
    missing=$(comm -23 <("$2" "$theirs") <("$2" "$ours"))
    for name in $missing; do
        echo "$ours: no $name"
        status=1
    done
    extra=$(comm -13 <("$2" "$theirs") <("$2" "$ours"))
    for name in $extra; do
        [[ " ${allowed[*]-} " == *" $name "* ]] && continue
        echo "$ours: no such thing in $theirs, and not allowed: $name"
        status=1
    done
    total=$("$2" "$theirs" | wc -l)
    [ "$total" -gt 0 ] || { echo "$theirs: no $1 found"; status=1; }
}

if [ -n "$archive" ]; then
    compare "symbols" defined
    [ $status -eq 0 ] && echo "$ours: all $total symbols of GCC's archive, ${#allowed[@]} more"
else
    IFS=$'\n'
    compare "version nodes" nodes
    compare "soname" soname
    compare "symbols" exported
    [ $status -eq 0 ] && echo "$ours: all $total symbols of GCC's, under their nodes, ${#allowed[@]} more"
fi
exit $status
