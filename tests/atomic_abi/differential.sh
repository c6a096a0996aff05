#!/usr/bin/env bash
# differential.sh [TARGET@CPU@MODEL...]: libordo-atomic.so of each target against GCC's
# libatomic.so.1 of that CPU, natively or as QEMU plays the model: the same random calls, the same
# results (see differential.c; runs.sh says which targets without arguments). First, because a
# comparison that cannot fail says nothing, against the wrong libraries of faults.c and copies of
# GCC's that lack something: each fault must be found. Then the symbols (symbols.sh). ORDO_SEED=N
# repeats a run, ORDO_LONG=1 makes the runs longer.
set -u
cd "$(dirname "$0")/../.."
. tests/atomic_abi/runs.sh
case " ${runs[*]} " in # and on a CPU without AVX, which has another load and store of 16 bytes
    *" x86_64-gcc@x86_64@native "*) runs+=(x86_64-gcc@x86_64@qemu64) ;;
esac

seed=${ORDO_SEED:-$(date +%s%N)}
calls=$([ -z "${ORDO_LONG-}" ] && echo 200000 || echo 5000000)

differential() { # differential CPU MODEL ARGUMENT...
    toolchains/run "$1" "$2" "build/tests/$1/atomic_abi/differential" --seed="$seed" "${@:3}"
}

# ---- does it find faults? ------------------------------------------------------------------------

theirs=$(library_of "$here" libatomic.so.1)
faults=build/tests/$here/atomic_abi/faults.so
found=0
# finds WHAT COMMAND...: the command must end with 1 and name the fault; 2 is a wrong call.
finds() {
    local status=0
    "${@:2}" > "$work/log" 2>&1 || status=$?
    if [ $status -eq 1 ] && grep -qE '^    |: no ' "$work/log"; then
        found=$((found + 1))
        count 0 "$1"
    else
        tail -n 3 "$work/log"
        count 1 "seeded fault not found: $1"
    fi
}

nm -D --defined-only --with-symbol-versions "$theirs" | awk '$2 != "A" { print $3 }' | sort |
    diff - <(differential "$here" native --list | sort) > "$work/log"
count $? "what is called, and what GCC's library exports: $(cat "$work/log")"
differential "$here" native --lenient "$theirs" "$faults" > "$work/log" 2>&1
count $? "faults.so without a fault: $(tail -n 3 "$work/log")"
while read -r fault symbol; do
    [ "$fault" != none ] || continue
    ORDO_FAULT=$fault finds "$fault in $symbol" \
        differential "$here" native --only="$symbol" --calls=20000 --limit=5 "$theirs" "$faults"
done < <(ORDO_FAULT=list differential "$here" native "$theirs" "$faults")
lacking() { # lacking WHAT EXPRESSION: GCC's library with one name in it changed, of the same length
    LC_ALL=C sed "$2" "$theirs" > "$work/lacking.so"
    cmp -s "$theirs" "$work/lacking.so" && { count 1 "this fault changes nothing: $1"; return; }
    finds "$1" differential "$here" native --lenient "$theirs" "$work/lacking.so"
    finds "$1, by nm" tests/atomic_abi/symbols.sh "$theirs" "$work/lacking.so"
}
lacking "symbol __atomic_fetch_nand_8 gone" 's/__atomic_fetch_nand_8/__atomic_fetch_nand_7/'
lacking "node LIBATOMIC_1.1 gone" 's/LIBATOMIC_1\.1/LIBATOMIC_1.7/g'
lacking "node LIBATOMIC_1.2 gone" 's/LIBATOMIC_1\.2/LIBATOMIC_1.7/g'
echo "differential test: $found seeded faults found"

# ---- ours ----------------------------------------------------------------------------------------

for run in "${runs[@]}"; do
    IFS=@ read -r target cpu model <<< "$run"
    ours=build/$target/libordo-atomic.so
    theirs=$(library_of "$cpu" libatomic.so.1)
    differential "$cpu" "$model" --calls="$calls" "$theirs" "$ours" > "$work/log" 2>&1
    status=$?
    count $status "$target on $model: $(tail -n 12 "$work/log")"
    [ $status -ne 0 ] ||
        sed -n "s/^differential: \([0-9]* calls.*\)/$target on $model: \1/p" "$work/log"
done
for run in $(printf '%s\n' "${runs[@]}" | sort -u -t@ -k1,1); do
    IFS=@ read -r target cpu _ <<< "$run"
    for kind in so.1 a; do
        symbols=(tests/atomic_abi/symbols.sh "$(library_of "$cpu" libatomic.$kind)"
            "build/$target/libordo-atomic.${kind%.1}")
        [ $kind != a ] || symbols+=(--archive)
        "${symbols[@]}" > "$work/log" 2>&1
        count $? "symbols of $target"
        cat "$work/log"
    done
done
echo "seed $seed"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
