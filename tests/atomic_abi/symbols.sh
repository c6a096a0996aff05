#!/usr/bin/env bash
# symbols.sh THEIRS OURS [--archive]: does OURS export what GCC's libatomic.so.1 does, by nm: each
# symbol under its version node, the nodes with their parents, the soname? What ours has beyond must
# stand in the list below. With --archive the names that two archives define; those with libat_ or
# ordo_ in front are an archive's own.
set -u
# What may be in ours alone: the table of locks, which copies of the library in one process share.
allowed=(ordo_atomic_lock_table@@LIBATOMIC_1.0)

archive=${3-}
if ! [[ $# -ge 2 && $# -le 3 && $archive =~ ^(--archive)?$ ]]; then
    echo "symbols.sh: give two libraries: symbols.sh THEIRS OURS [--archive]" >&2
    exit 2
fi
for library in "$1" "$2"; do
    [ -r "$library" ] || { echo "symbols.sh: cannot read $library" >&2; exit 2; }
done
theirs=$1
ours=$2

# One a line, sorted; A is a node.
exported() {
    nm -D --defined-only --with-symbol-versions "$1" | awk '$2 != "A" { print $3 }' | sort
}
defined() { # nm mentions members without symbols
    nm -g --defined-only "$1" 2> /dev/null |
        awk 'NF == 3 && $3 !~ /^(__)?(libat|ordo)_/ { print $3 }' | sort -u
}
nodes() { # each node with its parents
    readelf -VW "$1" | awk '/^Version definition/ { on = 1 } /^Version needs/ { on = 0 }
        on && /Name:/ { name = $NF } on && /Parent/ { name = name " of " $NF }
        on && /Rev:/ { if (kept) print kept } on { kept = name } END { print kept }' |
        grep LIBATOMIC | sort
}
soname() { readelf -dW "$1" | sed -n 's/.*SONAME.*\[\(.*\)\]/\1/p'; }

status=0
more=
compare() { # compare WHAT FUNCTION
    local missing extra name
    missing=$(comm -23 <("$2" "$theirs") <("$2" "$ours"))
    for name in $missing; do
        echo "$ours: no $name"
        status=1
    done
    extra=$(comm -13 <("$2" "$theirs") <("$2" "$ours"))
    for name in $extra; do
        printf '%s\n' "${allowed[@]}" | grep -qxF -- "$name" && { more+=" $name"; continue; }
        echo "$ours: no such thing in $theirs, and not allowed: $name"
        status=1
    done
    total=$("$2" "$theirs" | wc -l)
    [ "$total" -gt 0 ] || { echo "$theirs: no $1 found"; status=1; }
}

if [ -n "$archive" ]; then
    compare "symbols" defined
    [ $status -eq 0 ] && echo "$ours: all $total symbols of GCC's archive; more:${more:- none}"
else
    IFS=$'\n'
    compare "version nodes" nodes
    compare "soname" soname
    compare "symbols" exported
    [ $status -eq 0 ] &&
        echo "$ours: all $total symbols of GCC's, under their nodes; more:${more:- none}"
fi
exit $status
