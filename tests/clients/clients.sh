#!/usr/bin/env bash
# clients.sh: other people's code on ordo. Programs on unmodified headers (clients.mk builds them)
# do real work and check its results, after `ordo audit` has told where their atomics are; then
# prebuilt Debian programs, which were linked with GCC's libatomic, run on ours by LD_LIBRARY_PATH.
# What is printed is a table:
#
#   client      a program of this directory, or a prebuilt one
#   CPU, model  what it ran on
#   build       no-inline, outline-gcc, outline-clang (clients.mk), or prebuilt
#   calls       call sites on ordo in the program's own code; with + those of the run-time library
#               where that is linked in (`-`: not counted)
#   other       atomic functions that came from elsewhere
#   result
#   what is left in the program's own code: instructions by kind
#
# A client fails if a check of its own fails, if it does not end, if nothing of it reaches ordo, if
# an atomic function comes from elsewhere, or if an instruction is left that the way of building has
# no excuse for: fences and flags with -fno-inline-atomics, loads and stores as well with outline
# atomics.
#
# CLIENTS_ONLY=WORDS runs those whose line below matches, such as CLIENTS_ONLY='x86_64 lockfree'.
set -u
cd "$(dirname "$0")/../.."

rows=build/clients/rows
host=$(uname -m)
folder() { [ "$1" = x86_64 ] && echo build/x86_64-gcc || echo build/aarch64-fat-gcc; }
models() {
    case $1 in
        "$host") echo native ;;
        aarch64) echo cortex-a57 neoverse-n1 ;;
        x86_64) echo qemu64 ;;
    esac
}

row() { printf '%-17s %-7s %-11s %-13s %9s %5s  %-22s %s\n' "$@"; }

# audit WAY CPU PROGRAM [-L FOLDER]: sets calls, functions, left, and verdict if something is wrong.
audit() {
    local way=$1 cpu=$2 program=$3 report against=() archive of_runtime foreign allowed
    shift 3
    for archive in "$(folder "$cpu")"/libordo-{atomic,outline}.a; do
        # Some of libgcc's helpers are the same code as ours, and here they are libgcc's.
        [ ! -e "$archive" ] || [ "$way ${archive##*-}" = "prebuilt outline.a" ] ||
            against+=("--against=$archive")
    done
    report=$(build/host/ordo audit --list "${against[@]}" "$@" "$program" 2>&1)
    [ $? -le 1 ] || { verdict=$(head -n 1 <<< "$report"); return; }
    # The prebuilt programs have libgcc's helpers in them; of libatomic they may have nothing.
    read -r calls of_runtime functions foreign < <(awk -v way="$way" '
        / call sites? reach/ { calls = $1 }
        / atomic functions? from elsewhere/ { functions = $1; elsewhere = 1 }
        / left in the program/ { exit }
        elsewhere && $2 ~ /^__/ { foreign += way != "prebuilt" || $2 !~ /^__aarch64_/ }
        !elsewhere && match($0, /\([0-9]+ from the run-time/) { runtime += substr($0, RSTART + 1) }
        END { print calls + 0, runtime + 0, functions + 0, foreign + 0 }' <<< "$report")
    left=$(awk '/ left in the program/ { on = 1; next } / in the run-time library/ { on = 0 }
        on && $1 ~ /^0x/ {
            sub(/.*  /, "")
            sub(/^lock or .*\[rsp.*/, "fence")
            sub(/^xchg byte/, "xchg-byte")
            sub(/^lock /, "lock-")
            print $1
        }' <<< "$report" |
        sort | uniq -c | awk '{ printf "%s%s %s", (NR > 1 ? ", " : ""), $1, $2 }')
    calls=$((calls - of_runtime))
    left=${left:-none}
    [ "$calls" -gt 0 ] || verdict="nothing reaches ordo"
    [ "$of_runtime" -eq 0 ] || calls="$calls+$of_runtime"
    [ "$foreign" -eq 0 ] || verdict="functions from elsewhere"
    # The first three are fences, the others an atomic_flag's.
    allowed='none|mfence|fence|dmb|xchg-byte|stlrb'
    case $way in
        outline*) allowed="$allowed|ldar[bh]?|ldapr[bh]?|stlr[bh]?" ;;
        prebuilt) allowed='.*' ;;
    esac
    if grep -qvE "^($allowed)$" <<< "$(tr , '\n' <<< "$left" | sed 's/^ *[0-9]* //; s/^ *//')"; then
        verdict="these instructions should not be there"
    fi
}

# client WAY NAME: a line for each CPU model.
client() {
    local way=$1 name=$2 cpu=aarch64 program=build/clients/$1/$2 model log status verdict calls=0 \
        functions=0 left= good
    [ "$way" != no-inline-x86_64 ] || cpu=x86_64
    verdict=
    audit "$way" "$cpu" "$program"
    for model in $(models "$cpu"); do
        log=$rows/$name.$way.$model.log
        ORDO_SLOW=$([ "$model" = native ] && echo 1 || echo 10) timeout 120 \
            toolchains/run "$cpu" "$model" "$program" > "$log" 2>&1
        status=$?
        good="passed: $(tail -n 1 "$log" | cut -d, -f1)"
        if [ $status -eq 124 ]; then good="FAILED: it does not end"
        elif [ $status -ne 0 ]; then good="FAILED: $(head -n 1 "$log") (status $status)"
        elif [ -n "$verdict" ]; then good="FAILED: $verdict"
        fi
        row "$name" "$cpu" "$model" "${way%-"$cpu"}" "$calls" "$functions" "$good" "$left" \
            > "$rows/table/$name.$way.$model"
    done
}

# on_ours CPU MODEL PROGRAM ARGUMENT...: runs a prebuilt program on our libatomic.so.1; then
# $bindings.PID says what its symbols were bound to.
on_ours() {
    local cpu=$1 model=$2 path
    shift 2
    path=$(folder "$cpu")/ordo:$unpacked/usr/lib/$cpu-linux-gnu
    if [ "$model" = native ]; then
        LD_LIBRARY_PATH=$path LD_BIND_NOW=1 LD_DEBUG=bindings \
            LD_DEBUG_OUTPUT=$bindings timeout 120 "$@"
    else
        timeout 120 "qemu-$cpu" -cpu "$model" -L "/usr/$cpu-linux-gnu" -E "LD_LIBRARY_PATH=$path" \
            -E LD_BIND_NOW=1 -E LD_DEBUG=bindings -E "LD_DEBUG_OUTPUT=$bindings" "$@"
    fi
}

# prebuilt CPU MODEL NAME FILE: NAME is one of the functions below, which run FILE's program; every
# libatomic symbol that FILE needs must then have been bound to our library, and none to another.
prebuilt() {
    local cpu=$1 model=$2 name=$3 file=$4 verdict status calls=- functions=- left=- good
    local ours needed bound
    local unpacked=$PWD/build/clients/$cpu bindings=$PWD/$rows/$name.$cpu.$model.bindings
    local work=$PWD/$rows/$name.$cpu.$model.work
    file=$unpacked/$file
    mkdir -p "$work"
    verdict=$("$name" 2> "$work/stderr")
    status=$?
    [ $status -eq 0 ] || verdict="status $status: ${verdict:-$(tail -n 1 "$work/stderr")}"
    ours=$(folder "$cpu")/ordo/libatomic.so.1
    needed=$(readelf --dyn-syms -W "$file" | grep -oE '__atomic_[a-z_0-9]+@LIBATOMIC' |
        sort -u | wc -l)
    bound=$(cat "$bindings".* | grep -E "file [^ ]*${file##*/}.* to [^ ]*$ours .*__atomic_" |
        grep -oE "__atomic_[a-z_0-9]+'" | sort -u | wc -l)
    [ "$needed" -gt 0 ] && [ "$bound" -eq "$needed" ] ||
        verdict="$bound of $needed symbols bound to ours; $verdict"
    ! grep -hE "to [^ ]*libatomic" "$bindings".* | grep -qv "$ours" ||
        verdict="symbols bound to another libatomic; $verdict"
    # Not the 25 MB of JavaScriptCore: all of it would be decoded.
    [ "$(stat -L -c %s "$file")" -gt 4000000 ] ||
        audit prebuilt "$cpu" "$file" -L "$(folder "$cpu")/ordo"
    good="passed: $bound of $needed bound"
    [ -z "$verdict" ] || good="FAILED: ${verdict:0:150}"
    row "$name" "$cpu" "$model" prebuilt "$calls" "$functions" "$good" "$left" \
        > "$rows/table/$name.prebuilt.$cpu.$model"
    rm -rf "$work" "$bindings".*
}

# Each of them returns 0, or prints what is wrong.
#
# The two sort in parallel, which hands out blocks of records by a 16-byte fetch_add and fetch_sub
# (begin and end in one). Iitii asserts, node by node, that its tree is in order.
iitii() {
    on_ours "$cpu" "$model" "$file" -T "$work/tree" -s "$(size 100000)" -M 100000 -m 100 -D 20 \
        -t 4 -d 4 > "$work/out"
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
}

# JavaScriptCore calls the generic functions, some thousand times here.
jsc() {
    local said
    said=$(on_ours "$cpu" "$model" "$unpacked/usr/bin/jsc" tests/clients/work.js) || return
    [ "$said" = "$(cat tests/clients/work.expected)" ] || { echo "$said" | head -n 1; return 1; }
}

# Less to do under an emulator.
size() { [ "$model" = native ] && echo "$1" || echo $(($1 / 2)); }

export -f row folder models audit client on_ours prebuilt iitii mmmulti jsc size
export rows host

rm -rf "$rows" && mkdir -p "$rows/table"
{
    sed 's#build/clients/\(.*\)/#client \1 #' build/clients/programs
    for model in $(models aarch64); do
        echo "prebuilt aarch64 $model iitii usr/bin/iitii"
    done
    for model in $(models x86_64); do
        echo "prebuilt x86_64 $model iitii usr/bin/iitii"
        echo "prebuilt x86_64 $model mmmulti usr/bin/mmmulti"
        echo "prebuilt x86_64 $model jsc usr/lib/x86_64-linux-gnu/libjavascriptcoregtk-4.0.so.18"
    done
} | grep -E "${CLIENTS_ONLY-.}" | xargs -P "$(nproc)" -I{} bash -c {}

row client CPU model build calls other "passed or failed" "instructions left"
cat "$rows"/table/*
failed=$(grep -l FAILED "$rows"/table/* | wc -l)
all=$(ls "$rows/table" | wc -l)
echo "clients: $((all - failed)) passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$all" -gt 0 ]
