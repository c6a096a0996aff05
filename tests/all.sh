#!/usr/bin/env bash
# all.sh: what `make test` runs once everything is built: layer by layer, with the time of each, then
# the list of back ends and CPU models that ran. A layer that fails prints its whole output; the
# others still run. The Makefile gives RUNS="TARGET@CPU@MODEL ...", TARGETS="TARGET ...", HERE=TARGET
# (this machine's own), and LONG=1 or empty.
set -u
cd "$(dirname "$0")/.."

passed=0
failed=0
ran=()
log=build/test.log
told='Synthesis|SKIP|symbols? expected|compared|identical|faults found|passed|diagnosed|bytes|back end'
told="$told|model tests:|wrong uses|mutants.awk:|litmus:|made weaker:|table:|agreement:"
told="$told|not ours|counts by|client  |no-inline|outline-|prebuilt"
[ -z "${LONG-}" ] || export ORDO_LONG=1

# report NAME STATUS SECONDS LOG COMMAND...: shows the lines that say what was done; counts it.
report() {
    local name=$1 status=$2 seconds=$3 log=$4
    shift 4
    if [ "$status" -eq 0 ]; then
        grep -aE "$told" "$log" | awk '!said[$0]++ { print "    " $0 }'
        passed=$((passed + 1))
        echo "ok    $name ($seconds s)"
    else
        cat "$log"
        failed=$((failed + 1))
        echo "FAIL  $name ($seconds s): run again with: $*"
    fi
}

# layer NAME COMMAND...: one that keeps all CPUs busy.
layer() {
    local name=$1 start=$SECONDS status=0
    shift
    "$@" > "$log" 2>&1 || status=$?
    report "$name" $status $((SECONDS - start)) "$log" "$@"
}

# beside NAME COMMAND...: one that does one thing at a time; as many run as there are CPUs.
# finish_beside: waits for those, and reports them in order.
beside() {
    while (($(jobs -pr | wc -l) >= $(nproc))); do wait -n; done
    local log=build/test.${#names[@]}.log
    names+=("$1")
    shift
    commands+=("$*")
    echo $SECONDS > "$log.end"
    (
        "$@" > "$log" 2>&1
        echo $? $SECONDS >> "$log.end"
    ) &
}
finish_beside() {
    local i log start status end
    wait
    for i in "${!names[@]}"; do
        log=build/test.$i.log
        { read -r start; read -r status end; } < "$log.end"
        report "${names[i]}" "$status" $((end - start)) "$log" "${commands[i]}"
    done
}
names=()
commands=()

jobs=-j$((2 * $(nproc))) # tests of one process at a time, many of which sleep

layer "structural checks" tests/check/check.sh $TARGETS
for run in $RUNS; do
    IFS=@ read -r target cpu model <<< "$run"
    suites="arch face core hostile sharing stopped"
    rounds=
    case $target@$model in
        # What waits and wakes is the other ones' in the first two; for LONG it is all run.
        aarch64-fat-gcc@cortex-a57|aarch64-fat-clang@neoverse-n1)
            suites="arch face${LONG:+ core sharing}" ;;
        # The same C from the same compiler as x86_64-gcc's, on the builtins: a tenth of the rounds.
        generic-gcc@*) rounds=ORDO_SLOW=10 ;;
        *-gcc@*) ;;
        # Nothing but what waits and wakes is another one's.
        *-pthread@*) suites="core hostile sharing stopped" rounds=ORDO_SLOW=10 ;;
        # The same bytes from another assembler.
        *-nasm@*) suites="arch face" ;;
        # The same C from another compiler: core and sharing where a process starts fast, with a
        # tenth of the rounds; no hostile futexes, no stopped peers.
        *@native) suites="arch face core sharing" rounds=ORDO_SLOW=10 ;;
        *) suites="arch face" ;;
    esac
    # On a CPU without LSE the arch suite shows that it notices; there is no more to run.
    [ "${target%-*}@$model" != armv8.1@cortex-a57 ] || suites=arch
    for suite in $suites; do
        few=$([[ -n ${LONG-} || $suite != @(core|sharing) ]] || echo "$rounds")
        layer "$suite suite, $target on $model" \
            env $few toolchains/run "$cpu" "$model" "build/$target/tests/$suite" $jobs
    done
    ran+=("$target on $model")
done
# The spies of this suite stand in for every routine, so the back end does not matter, only whether
# the header joins the orderings of a compare-exchange.
for target in "$HERE" generic-gcc; do
    layer "calls suite, header of $target" "build/$target/tests/calls" $jobs
done
layer "model checker" tests/model/model.sh
for program in build/{tsan,asan}/{gcc,clang} build/tsan/pthread; do
    beside "face, core and sharing suites on the generic back end, $program" $program
done
for target in "$HERE" "${HERE/gcc/clang}" "${HERE/gcc/pthread}"; do
    [ -e "build/$target/libordo.a" ] || continue # without futexes there is one for x86-64
    beside "ordo_wait and the parking lot between two copies of the library, $target" \
        tests/user/wait_halves.sh "build/$target/libordo.a" "${target##*-}"
done
beside "threads that end in a scope, C and C++, $HERE" tests/user/unwind.sh "build/$HERE/libordo.a"
beside "start-up choice in a static program" tests/arch/static/feature_bytes.sh
beside "wrong programs are diagnosed, right ones are silent" tests/face/diagnose.sh
beside "wrong uses of locks are diagnosed, right ones are silent" tests/core/diagnose.sh
beside "demonstration" tests/demo/all.sh
beside "host and target are kept apart" tests/host.sh
beside "user programs by the README's recipes" tests/user/user.sh
beside "outline atomics" tests/outline/outline.sh
beside "libordo-atomic" tests/atomic_abi/atomic_abi.sh
beside "libordo-atomic beside GCC's libatomic, call for call" tests/atomic_abi/differential.sh
beside "programs linked with -latomic, on libordo-atomic" tests/atomic_abi/programs.sh
beside "ordo audit and ordo-cc" tests/audit/audit.sh
beside "library for kernels and firmware" tests/freestanding/freestanding.sh \
    $(tr ' ' '\n' <<< "$TARGETS" | grep -Ev '^generic|-(nasm|pthread)$')
beside "installed tree and its users" tests/install/install.sh "$HERE"
beside "clients" tests/clients/clients.sh

finish_beside

echo
echo "back ends and CPU models run:"
printf '    %s\n' "${ran[@]}"
echo "time: $SECONDS s after the build"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
