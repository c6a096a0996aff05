#!/usr/bin/env bash
# atomic_abi.sh: libordo-atomic in the place of libatomic, on every target and CPU model of RUNS, a list
# of TARGET@CPU@MODEL from the Makefile: values, orders, objects of any size in threads, read-only
# memory, two copies in one process, forks, programs of C and C++, beside libordo.a, and what the
# libraries define and need. ORDO_LONG=1: more rounds. The comparison with another libatomic, symbol
# by symbol and call by call, is symbols.sh and differential.c.
set -u
cd "$(dirname "$0")"
root=$(realpath ../..)
host=$(uname -m)
: "${RUNS:=x86_64-gcc@x86_64@native aarch64-gcc@aarch64@cortex-a57
    aarch64-fat-gcc@aarch64@cortex-a57 aarch64-fat-gcc@aarch64@neoverse-n1}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
ulimit -c 0

passed=0
failed=0
# try WHAT COMMAND...: counts it, and shows what it said: the last line, all if it failed.
try() {
    local what=$1
    shift
    if "$@" > "$work/log" 2>&1; then
        passed=$((passed + 1))
        grep -E '^(values|orders|objects|read_only|copies|program\.cc?): ' "$work/log" | sed "s/^/$what: /"
    else
        failed=$((failed + 1))
        echo "FAIL  $what: $*"
        cat "$work/log"
    fi
}

warnings="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -Wno-cast-function-type"
# compile PROGRAM OPTION...: C for the CPU at hand.
compile() {
    local program=$1
    shift
    # shellcheck disable=SC2086
    $cc -std=gnu17 -O2 $warnings -D_GNU_SOURCE -I"$root/build" -I"$root/include" -o "$program" \
        "$@" -lpthread -lm -ldl
}
# on PROGRAM...: runs it on the CPU model at hand.
on() {
    timeout 60 "$root/toolchains/run" "$cpu" "$model" "$@"
}
# on_ours PROGRAM...: a dynamic one, which finds our libatomic.so.1.
on_ours() {
    LD_LIBRARY_PATH=$root/build/$target/ordo:$programs on "$@"
}

# ---- what a library defines and needs ------------------------------------------------------------

# No object calls what a compiler makes of an atomic operation, nor a name that is not C's or ours.
needs_nothing_else() {
    local needed
    needed=$("${binutils}nm" "$library.a" | awk '
        NF == 2 && ($1 == "U" || $1 == "w") { needed[$2] }
        NF == 3 && $2 ~ /[A-Zu]/ { defined[$3] }
        END { for (name in needed) if (!(name in defined)) print name }' | sort | xargs)
    echo "needs $needed"
    ! grep -E '__(atomic|aarch64|sync)_|ordo' <<< "$needed"
}
# A shared object of the name and the notes that it must have; all that it defines beside libatomic's
# functions is the table.
is_in_place() {
    local more
    "${binutils}readelf" -d "$library.so" | grep -q 'soname: \[libatomic.so.1\]' &&
        "${binutils}readelf" -nW "$library.so" | grep -qE 'IBT, SHSTK|BTI, PAC' &&
        "${binutils}readelf" -lW "$library.so" | grep -q 'GNU_STACK.* RW ' &&
        ! "${binutils}readelf" -dW "$library.so" | grep -q TEXTREL &&
        [ "$root/build/$target/ordo/libatomic.so.1" -ef "$library.so" ] || return 1
    more=$("${binutils}nm" -D --defined-only "$library.so" |
        grep -vE ' A LIBATOMIC_1\.[012]$| [Ti] (__)?atomic_\w+@@LIBATOMIC_1\.[012]$')
    echo "also defines $more"
    [[ $more =~ ^[0-9a-f]+\ u\ ordo_atomic_lock_table@@LIBATOMIC_1.0$ ]]
}
# Programs that have all of one library and what they call of the other, in any order.
is_beside_ordo() {
    local ordo=$root/build/$target/libordo.a whole=-Wl,--whole-archive part=-Wl,--no-whole-archive
    local i=0 order
    for order in "$whole $ordo $part $library.a" "$whole $library.a $part $ordo" \
            "$ordo $library.a" "$library.a $ordo"; do
        i=$((i + 1))
        # shellcheck disable=SC2086
        compile "$programs/beside$i" -static beside.c $order && on "$programs/beside$i" || return 1
    done
}
# <op>_fetch and test_and_set of ARM64 keep values in x10 to x13 over the call of a routine.
keeps_registers() {
    local code
    code=$("${binutils}objdump" -d --no-show-raw-insn "$library.so" | awk '
        /^[0-9a-f]+ <.*>:$/ { name = $2; next }
        name ~ /ordo_(exchange|fetch)_|__atomic_(exchange|fetch)_/ { print name, $0 }')
    ! sed 's/<[^<]*>$//' <<< "$code" | grep -E '[wx]1[0-3]\>' && [ "$(wc -l <<< "$code")" -gt 500 ]
}

# ---- copies in one process -----------------------------------------------------------------------

copies() {
    local export=-Wl,--export-dynamic-symbol=ordo_atomic_lock_table
    compile "$programs/one.so" -shared -fPIC copy.c "$library.a" &&
        compile "$programs/other.so" -shared -fPIC copy.c "$library.a" &&
        compile "$programs/shared.so" -shared -fPIC copy.c -L"$root/build/$target" -lordo-atomic &&
        compile "$programs/none" copies.c &&
        compile "$programs/own" -DWITH_COPY copies.c copy.c "$library.a" "$export" &&
        compile "$programs/apart" -DWITH_COPY copies.c copy.c "$library.a" &&
        compile "$programs/static" -DWITH_COPY -static copies.c copy.c "$library.a"
}

# The dynamic linker takes ours, whichever name the program was linked with.
finds_ours() {
    local path=$root/build/$target/ordo trace=LD_TRACE_LOADED_OBJECTS=1 run
    run=(env $trace "$1")
    [ "$model" = native ] ||
        run=(env QEMU_SET_ENV=$trace "$root/toolchains/run" "$cpu" "$model" "$1")
    LD_LIBRARY_PATH=$path "${run[@]}" | grep -F "$path/libatomic.so.1"
}

# ---- each target on each CPU model ---------------------------------------------------------------

# Without AVX too.
case $RUNS in *x86_64-gcc@x86_64@native*) RUNS+=" x86_64-gcc@x86_64@qemu64" ;; esac

for run in $RUNS; do
    IFS=@ read -r target cpu model <<< "$run"
    library=$root/build/$target/libordo-atomic
    [ -e "$library.a" ] || continue # no libordo-atomic for this one
    [ "${target%-*}@$model" != armv8.1@cortex-a57 ] || continue
    cc=gcc cxx=g++ binutils=
    if [ "$cpu" != "$host" ]; then
        cc=$cpu-linux-gnu-gcc cxx=$cpu-linux-gnu-g++ binutils=$cpu-linux-gnu-
    fi
    case $model in native) rounds=1000 ;; qemu64) rounds=5 ;; *) rounds=50 ;; esac
    [ -z "${ORDO_LONG-}" ] || rounds=$((rounds * 20))
    programs=$work/$target
    # What Clang calls is ours as well: libgcc's 16 bytes may be torn where they differ.
    outline=
    [ "$cpu" != aarch64 ] || outline=$root/build/$target/libordo-outline.a
    at="$target on $model"

    objects=$work/$cpu # the test programs, compiled once for a CPU

    if [ ! -d "$objects" ]; then
        mkdir "$objects"
        options=
        [ "$cpu" != x86_64 ] || options="-mcx16 -mno-red-zone"
        for program in values objects orders_$cpu read_only; do
            # shellcheck disable=SC2086
            try "$at" compile "$objects/${program%_"$cpu"}.o" -c $program.c $options
        done
    fi
    if [ ! -d "$programs" ]; then
        mkdir "$programs"
        for program in "$objects"/*.o; do
            # shellcheck disable=SC2086
            try "$at" compile "$programs/$(basename "$program" .o)" -static "$program" "$library.a" \
                $outline
        done
        try "$at: needs" needs_nothing_else
        try "$at: in place" is_in_place
        try "$at: beside libordo.a" is_beside_ordo
        [ "$cpu" != aarch64 ] || try "$at: registers" keeps_registers
        try "$at: orders" on "$programs/orders"
    fi
    try "$at" on "$programs/values"
    try "$at" on "$programs/objects" $rounds

    # The rest once for a compiler and CPU model.
    [[ $target == @(x86_64|aarch64-fat)-gcc ]] || continue
    try "$at" on "$programs/read_only" $([ "$model" = native ] || echo writes)
    [ "$model" != qemu64 ] || continue
    if [ ! -e "$programs/none" ]; then
        try "$at: copies" copies
        try "$at: program.c" compile "$programs/c" program.c -L"$root/build/$target" -lordo-atomic
        try "$at: program.c" compile "$programs/c-latomic" program.c -latomic
        try "$at: program.c" compile "$programs/c-static" -static program.c "$library.a"
        try "$at: program.cc" $cxx -std=c++17 -O2 program.cc -static "$library.a" -lpthread \
            -o "$programs/cc-static"
    fi
    for pair in "none one.so other.so" "none one.so shared.so" "none shared.so one.so" \
            "own - one.so" "own one.so -" "own - shared.so" "apart - one.so apart" "static -"; do
        read -ra words <<< "$pair"
        try "$at: $pair" on_ours "$programs/${words[0]}" "${words[@]:1}"
    done
    for program in c c-latomic; do
        try "$at: $program" finds_ours "$programs/$program"
        try "$at: $program" on_ours "$programs/$program"
    done
    for program in c-static cc-static; do
        try "$at: $program" on "$programs/$program"
    done
done
[ $passed -gt 0 ] || { echo "atomic_abi.sh: no library: make libordo-atomic" >&2; exit 2; }
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
