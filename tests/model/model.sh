#!/usr/bin/env bash
# model.sh: what `make model` runs once all is built: the model tests, a table for each subject; the
# brute-force enumerator's own tests; the table of instructions against the memory models of the
# architectures; the agreement of checker and enumerator on generated programs, and of the checker
# with itself when the last thread goes first. LONG=1: more.
set -u
cd "$(dirname "$0")/../.."

programs=2000
both_ways=5000
bound=
if [ -n "${LONG-}" ]; then
    programs=20000
    both_ways=50000
    bound="--times 10"
fi

failed=0
step() {
    "$@" || { failed=$((failed + 1)); echo "model.sh: failed: $*" >&2; }
}

# The fifth back end has the symbols of the others.
symbols() {
    diff <(awk -f arch/symbols.awk arch/ops.tbl | sed 's/ORDO_SYMBOL(//; s/,.*//' | sort) \
         <(nm -g --defined-only build/model/engine/atomics.o | awk '$3 ~ /^ordo_/ { print $3 }' |
           sort) &&
        echo "model: $(awk -f arch/symbols.awk arch/ops.tbl | wc -l) symbols expected and found"
}

tables=$(mktemp)
results=$(mktemp -d)
trap 'rm -rf "$tables" "$results"' EXIT
step symbols

# Each prints its table; one that fails leaves a file.
run() {
    # shellcheck disable=SC2086 # two words, or none
    "build/model/$1" $bound > "$results/$1" || echo "FAILED: $1" > "$results/$1.failed"
}
export -f run
export bound results
programs_of_tests=$(cd tests/model && printf '%s\n' *.c | sed 's/\.c$//')
xargs -P "$(nproc)" -I{} bash -c 'run {}' <<< "$programs_of_tests"
for name in $programs_of_tests; do
    echo "$name:"
    cat "$results/$name" | tee -a "$tables"
    [ ! -e "$results/$name.failed" ] || { failed=$((failed + 1)); cat "$results/$name.failed"; }
done
awk '/(complete|BOUNDED|stopped) +[0-9.]+s/ {
         tests++; bounded += /BOUNDED/; wrong += /NOT AS EXPECTED/; stopped += /stopped/ }
     END { printf "%d model tests: %d complete, %d bounded, %d stopped at the fault they expect, " \
               "%d not as expected\n", tests, tests - bounded - stopped, bounded, stopped, wrong
           exit tests == 0 || wrong > 0 }' "$tables" || failed=$((failed + 1))
# What ends a test from outside the checker's hooks: one line, a seed, exit status 2.
guarded() { # guarded NAME WORDS
    build/model/guard/guard --only "$1" > "$tables" 2>&1
    [ $? -eq 2 ] && grep -q "^$1: .*$2" "$tables" && grep -q -- "--replay $1:1" "$tables"
}
step guarded crash "memory that is not there"
step guarded full_stack "more stack than it has"
step guarded empty_loop "no step"
step tests/model/mutants.sh
step build/model/enumerator litmus
step build/model/enumerator table arch/ordering.tbl --programs $programs
step build/model/agreement --programs $programs
step build/model/both_ways --programs $both_ways
echo "model: $failed steps failed"
[ $failed -eq 0 ]
