#!/usr/bin/env bash
# clients.sh: other people's code on ordo. Programs on unmodified headers (clients.mk builds them)
# do real work and check its results, after `ordo audit` has told where their atomics are; then
# prebuilt Debian programs, which were linked with GCC's libatomic, run on ours by LD_LIBRARY_PATH.
# What is printed is a table:
#
#   client, CPU, CPU model, how it was built, call sites on ordo (of these, the run-time library's),
#   what is left elsewhere: functions, and instructions by kind; result
#
# A client fails if a check of its own fails, if it does not end, if nothing of it reaches ordo, if
# an atomic function comes from elsewhere, or if an instruction is left that the way of building has
# no excuse for: fences and flags with -fno-inline-atomics, loads and stores as well with outline
# atomics.
#
# CLIENTS_ONLY=NAME runs one; tests/clients/faults.sh uses it.
set -u
cd "$(dirname "$0")/../.."

rows=build/clients/rows
host=$(uname -m)
other=$([ "$host" = x86_64 ] && echo aarch64 || echo x86_64)
folder() { [ "$1" = x86_64 ] && echo build/x86_64-gcc || echo build/aarch64-fat-gcc; }
models() { [ "$1" = "$host" ] && echo native || { [ "$1" = aarch64 ] && echo cortex-a57 neoverse-n1 || echo qemu64; }; }

row() { printf '    %-18s %-8s %-12s %-11s %6s %6s   %-38s %s\n' "$@"; }

# audit WAY CPU PROGRAM [-L FOLDER]: sets calls, of_runtime, left, and verdict if something is wrong.
audit() {
    local way=$1 cpu=$2 program=$3 report against=() archive kinds functions allowed
    shift 3
    for archive in "$(folder "$cpu")"/libordo-{atomic,outline}.a; do
        [ ! -e "$archive" ] || against+=("--against=$archive")
    done
    report=$(build/host/ordo audit --list "${against[@]}" "$@" "$program" 2>&1)
    [ $? -le 1 ] || { verdict="audit: $(head -n 1 <<< "$report")"; return; }
    read -r calls of_runtime functions < <(awk '
        / call sites? reach/ { calls = $1 }
        / atomic functions? from elsewhere/ { functions = $1 }
        match($0, /\([0-9]+ from the run-time/) { runtime += substr($0, RSTART + 1) }
        END { print calls + 0, runtime + 0, functions + 0 }' <<< "$report")
    kinds=$(awk '/ left in the program/ { on = 1; next } / in the run-time library/ { on = 0 }
        on && $1 ~ /^0x/ { sub(/.*  /, ""); sub(/^lock /, "lock-"); print $1 }' <<< "$report" |
        sort | uniq -c | awk '{ printf "%s%s %s", (NR > 1 ? ", " : ""), $1, $2 }')
    left="$functions functions; ${kinds:-no instruction}"

    [ "$calls" -gt "$of_runtime" ] || verdict="nothing reaches ordo"
    [ "$way" = prebuilt ] || [ "$functions" -eq 0 ] || verdict="functions from elsewhere"
    # The fence is one of the first three, the flag's own instructions the next.
    allowed='mfence|lock-or|dmb|xchg|ldarb|stlrb'
    case $way in
        outline*) allowed="$allowed|ldarh?|ldaprb?|ldaprh?|stlrh?" ;;
        prebuilt) allowed='.*' ;;
    esac
    if grep -qvE "^($allowed)?$" <<< "$(tr , '\n' <<< "$kinds" | sed 's/^ *[0-9]* //')"; then
        verdict="these instructions should not be there"
    fi
}

# client WAY NAME: a line for each CPU model.
client() {
    local way=$1 name=$2 cpu=aarch64 program=build/clients/$1/$2 model log status verdict calls=0 \
        of_runtime=0 left= good
    [ "$way" != no-inline-x86_64 ] || cpu=x86_64
    verdict=
    audit "$way" "$cpu" "$program"
    for model in $(models "$cpu"); do
        log=$rows/$name.$way.$model.log
        ORDO_SLOW=$([ "$model" = native ] && echo 1 || echo 10) timeout 120 \
            toolchains/run "$cpu" "$model" "$program" > "$log" 2>&1
        status=$?
        good=$(tail -n 1 "$log")
        if [ $status -eq 124 ]; then good="FAILED: it does not end"
        elif [ $status -ne 0 ]; then good="FAILED: $(head -n 1 "$log") (status $status)"
        elif [ -n "$verdict" ]; then good="FAILED: $verdict"
        fi
        row "$name" "$cpu" "$model" "${way%-x86_64}" "$calls" "$of_runtime" "$left" "$good" \
            > "$rows/table/$name.$way.$model"
    done
}

# on_ours CPU MODEL PROGRAM ARGUMENT...: runs a prebuilt program on our libatomic.so.1, with what its
# symbols are bound to in $bindings.
on_ours() {
    local cpu=$1 model=$2 path
    shift 2
    path=$(folder "$cpu")/ordo:$unpacked/usr/lib/$cpu-linux-gnu
    if [ "$model" = native ]; then
        LD_LIBRARY_PATH=$path LD_DEBUG=bindings LD_DEBUG_OUTPUT=$bindings timeout 120 "$@"
    else
        timeout 120 "qemu-$cpu" -cpu "$model" -L "/usr/$cpu-linux-gnu" -E "LD_LIBRARY_PATH=$path" \
            -E LD_DEBUG=bindings -E "LD_DEBUG_OUTPUT=$bindings" "$@"
    fi
}

# prebuilt CPU MODEL NAME FILE: NAME is one of the functions below, which run FILE's program; every
# libatomic symbol that FILE needs must then have been bound to our library, and none to another.
prebuilt() {
    local cpu=$1 model=$2 name=$3 file=$4 verdict= calls=- of_runtime=- left=- good ours needed bound
    local unpacked=$PWD/build/clients/$cpu bindings=$PWD/$rows/$name.$cpu.$model.bindings
    local work=$PWD/$rows/$name.$cpu.$model.work
    file=$unpacked/$file
    mkdir -p "$work"
    good=$("$name" 2> "$work/stderr") || verdict=${good:-$(head -n 1 "$work/stderr")}
    ours=$(folder "$cpu")/ordo/libatomic.so.1
    needed=$(readelf --dyn-syms -W "$file" | grep -oE '__atomic_[a-z_0-9]+@LIBATOMIC' | sort -u | wc -l)
    bound=$(cat "$bindings".* | grep -E "file [^ ]*${file##*/}.* to [^ ]*$ours .*__atomic_" |
        grep -oE "__atomic_[a-z_0-9]+'" | sort -u | wc -l)
    [ "$needed" -gt 0 ] && [ "$bound" -eq "$needed" ] ||
        verdict="$bound of $needed symbols bound to ours; $verdict"
    ! grep -hE "to [^ ]*libatomic" "$bindings".* | grep -qv "$ours" ||
        verdict="symbols bound to another libatomic; $verdict"
    # Not the 25 MB of a JavaScript engine: all of it would be decoded.
    [ "$(stat -L -c %s "$file")" -gt 4000000 ] ||
        audit prebuilt "$cpu" "$file" -L "$(folder "$cpu")/ordo"
    [ -z "$verdict" ] || good="FAILED: $verdict"
    row "$name" "$cpu" "$model" prebuilt "$calls" "$of_runtime" "$left" \
        "$good; $bound of $needed symbols bound" > "$rows/table/$name.prebuilt.$cpu.$model"
    rm -rf "$work" "$bindings".*
}

# Each of them prints its result and returns 0, or prints what is wrong.
#
# The two sort in parallel, which hands out blocks of records by a 16-byte fetch_add and fetch_sub
# (begin and end in one). Iitii asserts, node by node, that its tree is in order.
iitii() {
    on_ours "$cpu" "$model" "$file" -T "$work/tree" -s "$(size 100000)" -M 100000 -m 100 -D 20 -t 4 \
        -d 4 > "$work/out" || return
    echo "tree of $(size 100000) intervals in order"
}

# Mmmulti leaves the sorted file: pairs of 8 bytes, the values that were asked for and one more for
# each key.
mmmulti() {
    local said
    on_ours "$cpu" "$model" "$file" -T "$work/pairs" -s 100000 -M 1000 -t 4 \
        2> "$work/out" || return
    od -An -v -t u8 -w16 "$work/pairs" > "$work/text"
    sort -c -k1,1n -k2,2n "$work/text" 2> "$work/order" || { cat "$work/order"; return 1; }
    said="$(head -n 2 "$work/out" | tr '\n' ' ')$(wc -l < "$work/text") pairs"
    [ "$said" = "1000 keys 100000 values 101000 pairs" ] || { echo "$said"; return 1; }
    echo "100000 pairs in order"
}

# JavaScriptCore calls the generic functions, some thousand times here.
jsc() {
    local said
    said=$(on_ours "$cpu" "$model" "$unpacked/usr/bin/jsc" tests/clients/work.js) || return
    [ "$said" = "$(cat tests/clients/work.expected)" ] || { echo "$said" | head -n 1; return 1; }
    echo "strings, loops, a shared buffer and objects as expected"
}

# Less to do under an emulator.
size() { [ "$model" = native ] && echo "$1" || echo $(($1 / 2)); }

export -f row folder models audit client on_ours prebuilt iitii mmmulti jsc size
export rows host

rm -rf "$rows" && mkdir -p "$rows/table"
{
    for program in build/clients/{no-inline-*,outline-gcc,outline-clang}/*; do
        echo "client $(basename "$(dirname "$program")") $(basename "$program")"
    done
    for model in $(models aarch64); do
        echo "prebuilt aarch64 $model iitii usr/bin/iitii"
    done
    for model in $(models x86_64); do
        echo "prebuilt x86_64 $model iitii usr/bin/iitii"
        echo "prebuilt x86_64 $model mmmulti usr/bin/mmmulti"
        echo "prebuilt x86_64 $model jsc usr/lib/x86_64-linux-gnu/libjavascriptcoregtk-4.0.so.18"
    done
} | grep -E "${CLIENTS_ONLY-.}" | xargs -P "$(nproc)" -I{} bash -c {}

echo "clients: third-party code with its atomics on ordo"
row client CPU model build calls "(RT)" "left elsewhere" result
cat "$rows"/table/*
failed=$(grep -l FAILED "$rows"/table/* | wc -l)
all=$(ls "$rows/table" | wc -l)
echo "clients: $((all - failed)) passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$all" -gt 0 ]
