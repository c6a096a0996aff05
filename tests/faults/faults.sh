#!/usr/bin/env bash
# faults.sh: do the tests bite? Seeds each fault of faults.tbl into a copy of the sources, builds the
# library it belongs to, and runs the structural checks and the arch suite on it. A fault is killed if
# the build, the checks or the tests fail; survivors are named. Called by `make faults`; 15 minutes.
#
#   faults.sh [PATTERN]        only the faults whose line in faults.tbl contains PATTERN
set -u
cd "$(dirname "$0")/../.."

table=$PWD/tests/faults/faults.tbl
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

# suspects FILE: builds and examines; prints who noticed.
suspects() {
    local target cpu model found=
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
for file in x86_64/load.S aarch64/load.S armv8.1/load.S aarch64/features.c; do
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
    cp "arch/$file" original
    sed -i "$script" "arch/$file"
    if cmp -s original "arch/$file"; then
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
    cp original "arch/$file"
done < <(grep -v '^#' "$table" | grep '|' | grep -F -- "${1-}")

echo
echo "faults: ${#kinds[@]} kinds, $seeded seeded, $killed killed, ${#survivors[@]} survived"
[ ${#survivors[@]} -eq 0 ] || { printf 'survivor: %s\n' "${survivors[@]}"; exit 1; }
