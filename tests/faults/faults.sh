#!/usr/bin/env bash
# faults.sh: do the tests bite? Seeds each fault of the tables beside this file into a copy of the
# sources and builds what it belongs to. On a library of arch/ the structural checks and the arch
# suite are run; on a file of core/ its model programs, and if they find nothing the tests that use
# it; on the helpers of abi/outline/ the structural checks and their suite, and if they find nothing
# the programs linked with them; on a file of abi/atomic/ its programs. A fault is killed if anything fails; survivors are named. Called by
# `make faults`; hours.
#
#   faults.sh [PATTERN]        only the faults whose line in a table contains PATTERN, such as core/mutex
set -u
cd "$(dirname "$0")/../.."

tables=("$PWD"/tests/faults/{faults,core,sharing,outline,atomic}.tbl)
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$copy"
cp -a build "$copy/build"
cd "$copy" || exit 1
unset MAKEFLAGS MFLAGS MAKEOVERRIDES

# The library that shows a fault in a file, and the CPU models to run it on.
target_of() {
    case $1 in
        x86_64/*)                           echo x86_64-gcc@x86_64 ;;
        aarch64/dispatch.S|aarch64/features.c) echo aarch64-fat-gcc@aarch64 ;;
        aarch64/*)                          echo aarch64-gcc@aarch64 ;;
        armv8.1/*)                          echo armv8.1-gcc@aarch64 ;;
    esac
}

models_of() { # what the Makefile runs this target on
    tr ' ' '\n' <<< "$RUNS" | sed -n "s/^$1@//p" | cut -d@ -f2
}

# The suites of Criterion that use what FILE is about, as its filter.
suites_of() {
    local name
    name=$(basename "${1%.*}")
    name=${name%_word} # core/x_word.h has what the files x share
    case $name in # whose functions have other names
        event) name=reset_event ;;
        park) name=thread_park ;;
        membarrier) name=fence_heavy ;;
        channel_*|waiters) name=channel ;;
        parker|bucket_lock) name=parking_lot ;;
        hazard_pointer) name=hazard ;;
        reclamation) name=participant ;;
    esac
    grep -lE "ordo_([a-z]+_)?${name}|ORDO_${name^^}" tests/{core,sharing,stopped}/*.c |
        xargs -r sed -nE 's/^(Parameterized)?Test\((\w+), .*/\2/p' | sort -u | paste -sd'|'
}

# suspects_of_core FILE: the model programs, then the suites; one that hangs has noticed too.
suspects_of_core() {
    local name suites program said target=x86_64-gcc
    case $1 in core/pthread/*) target=x86_64-pthread ;; esac
    name=$(basename "${1%.*}")
    name=${name%_word}
    for program in $(find tests/model -maxdepth 1 -name "$name*.c" | sort); do
        program=build/model/$(basename "$program" .c)
        make "$program" > build.log 2>&1 || { echo " build"; return; }
        timeout 60 "$program" > run.log 2>&1 || {
            said=$(sed -nE '/NOT AS EXPECTED/{s/ .*//; p; q}' run.log)
            echo " $program ${said:-does not end}"
            return
        }
    done
    suites=$(suites_of "$1")
    for program in core hostile sharing stopped; do
        program=build/$target/tests/$program
        make "$program" > build.log 2>&1 || { echo " build"; return; }
        # Short rounds: a fault that needs more is the model's to find.
        ORDO_SLOW=10 timeout 90 "$program" -j2 --filter "@($suites)/*" > run.log 2>&1 || {
            said=$(sed -nE '/\[FAIL\]|CRASH|Unexpected|timed out/{
                s/.*\] +([a-z_]+::[a-z_0-9]+).*/\1/; p; q}' run.log)
            echo " $program ${said:-does not end}"
            return
        }
    done
}

suspects_of_outline() {
    local back_end model found=
    make build/{aarch64,armv8.1,aarch64-fat}-gcc/libordo-outline.a \
        build/aarch64-fat-gcc/tests/outline > build.log 2>&1 || { echo " build"; return; }
    for back_end in aarch64 armv8.1 aarch64-fat; do
        build/host/check --target=$back_end --arch=abi/outline \
            "build/$back_end-gcc/libordo-outline.a" > check.log 2>&1 || found=" checks"
    done
    for model in cortex-a57 neoverse-n1; do
        timeout 120 toolchains/run aarch64 $model build/aarch64-fat-gcc/tests/outline -j2 \
            > run.log 2>&1 || { found+=" tests"; break; }
    done
    [ -n "$found" ] || tests/outline/outline.sh > run.log 2>&1 || found=" programs"
    echo "$found"
}

suspects_of_atomic() {
    local run target runs="x86_64-gcc@x86_64@native aarch64-gcc@aarch64@cortex-a57"
    case $1 in
        */x86_64/*) runs=${runs% *} ;;
        */aarch64/*) runs=${runs#* } ;;
    esac
    for run in $runs; do
        target=build/${run%%@*}
        make $target/libordo-atomic.{a,so} $target/ordo/libatomic.so.1 \
                $([[ $run == x86_64* ]] || echo $target/libordo-outline.a) > build.log 2>&1 ||
            { echo " build"; return; }
        RUNS=$run tests/atomic_abi/atomic_abi.sh > run.log 2>&1 || { echo " programs"; return; }
    done
}

# suspects FILE: builds and examines; prints who noticed.
suspects() {
    local target cpu model found=
    case $1 in
        core/*) suspects_of_core "$1"; return ;;
        abi/outline/*) suspects_of_outline; return ;;
        abi/atomic/*) suspects_of_atomic "$1"; return ;;
    esac
    IFS=@ read -r target cpu <<< "$(target_of "$1")"
    if ! make "build/$target/libordo.a" "build/$target/libordo.so" "build/$target/tests/arch" \
            build/{aarch64-fat,x86_64}-gcc/tests/feature_bytes \
            build/aarch64-fat-gcc/tests/hwcap > build.log 2>&1; then
        echo " build"
        return
    fi
    tests/check/check.sh "$target" > check.log 2>&1 || found+=" checks"
    for model in $(models_of "$target"); do
        timeout 120 toolchains/run "$cpu" "$model" "build/$target/tests/arch" -j2 > run.log 2>&1 ||
            { found+=" tests"; break; }
    done
    case $1 in
        */features.c|*/dispatch.S)
            tests/arch/static/feature_bytes.sh > run.log 2>&1 || found+=" start-up" ;;
    esac
    echo "$found"
}

# A tree that fails without a fault, or a fault that changes nothing, would make the report a lie.
case ${1-} in
    core/*) sound=(core/mutex.c) ;;
    abi/outline*) sound=(abi/outline/cas.S) ;;
    abi/atomic*) sound=(abi/atomic/any.c) ;;
    *) sound=({x86_64,aarch64,armv8.1}/load.S aarch64/features.c core/mutex.c abi/outline/cas.S
           abi/atomic/any.c) ;;
esac
for file in "${sound[@]}"; do
    found=$(suspects "$file")
    if [ -n "$found" ]; then
        echo "faults.sh: without a fault,$found already fails ($file)" >&2
        exit 1
    fi
done

seeded=0
killed=0
survivors=()
declare -A kinds
while IFS='|' read -r kind file script; do
    kind=$(sed 's/ *$//' <<< "$kind")
    file=$(tr -d ' ' <<< "$file")
    case $file in core/*|abi/*) path=$file ;; *) path=arch/$file ;; esac
    cp "$path" original
    sed -i "$script" "$path"
    if cmp -s original "$path"; then
        echo "faults.sh: this fault changes nothing: $kind, $file" >&2
        exit 1
    fi
    seeded=$((seeded + 1))
    kinds[$kind]=1
    found=$(suspects "$file")
    if [ -n "$found" ]; then
        killed=$((killed + 1))
        printf 'killed    %-38s %-32s by:%s\n' "$kind" "$file" "$found"
    else
        survivors+=("$kind, $file")
        printf 'SURVIVED  %-38s %-32s\n' "$kind" "$file"
    fi
    cp original "$path"
done < <(grep -hv '^#' "${tables[@]}" | grep '|' | grep -F -- "${1-}")

echo
echo "faults: ${#kinds[@]} kinds, $seeded seeded, $killed killed, ${#survivors[@]} survived"
[ ${#survivors[@]} -eq 0 ] || { printf 'survivor: %s\n' "${survivors[@]}"; exit 1; }
