#!/usr/bin/env bash
# outline.sh: what libordo-outline.a promises, shown on the archives that were built.
#
#   archives  the names of libgcc with their visibilities, none more or fewer; nothing undefined but
#             the byte. (What is in the helpers is the business of `make check`.)
#   orders    the enumerator of tests/model compiles small programs by abi/outline/ordering.tbl:
#             none ends as C forbids by the axioms of Armv8, and a weaker row is noticed
#   programs  unmodified ones, by GCC and Clang, dynamic, static, without a C library, and a shared
#             library: every helper that they have is ours, by link map, and they run on a CPU
#             without LSE and on one with it
#   suite     tests/outline/*.c on each CPU model
#   faults    bites.sh: what `make check` finds in helpers with a fault
#
# Prints what was done; the last line counts. QEMU plays both CPU models, on an ARM64 host too.
set -u
cd "$(dirname "$0")/../.."

targets="aarch64-gcc aarch64-clang armv8.1-gcc armv8.1-clang aarch64-fat-gcc aarch64-fat-clang"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tool=aarch64-linux-gnu-
[ "$(uname -m)" != aarch64 ] || tool=
passed=0
failed=0
here=tests/outline/link
fat=build/aarch64-fat-gcc/libordo-outline.a

# verdict STATUS WHAT: counts it; what failed is said, with what it printed.
verdict() {
    if [ "$1" -eq 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "outline.sh: $2" >&2
        sed 's/^/    /' "$work/said" | head -20 >&2
    fi
}

# try WHAT COMMAND...: it must succeed.
try() {
    local what=$1
    shift
    "$@" > "$work/said" 2>&1
    verdict $? "failed: $what: $*"
}

# says TEXT WHAT COMMAND...: it must print exactly this.
says() {
    local text=$1 what=$2
    shift 2
    "$@" > "$work/said" 2>&1
    [ "$(cat "$work/said")" = "$text" ]
    verdict $? "$what: expected \"$text\", found:"
}

# shown TEXT: prints it if nothing has failed since the last one.
shown() {
    [ $failed -ne "$noticed" ] || echo "$1"
    noticed=$failed
}
noticed=0

on() { # on MODEL PROGRAM...
    toolchains/run aarch64 "$@"
}

# ---- archives -----------------------------------------------------------------------------------

# names ARCHIVE: the helpers and the byte, with binding, type and visibility.
names() {
    "${tool}readelf" -sW "$1" 2> /dev/null |
        awk '$7 != "UND" && $8 ~ /^__aarch64_(cas|swp|ld|have)/ { print $8, $5, $4, $6 }' | sort
}

archives() {
    local target archive libgcc count
    libgcc=$("${tool}gcc" -print-libgcc-file-name)
    names "$libgcc" > "$work/libgcc"
    count=$(wc -l < "$work/libgcc")
    for target in $targets; do
        archive=build/$target/libordo-outline.a
        names "$archive" > "$work/ours"
        diff "$work/libgcc" "$work/ours" > "$work/said"
        verdict $? "$archive: its names are not libgcc's:"

        # Only detect.o wants anything of a C library.
        "${tool}nm" -A -u "$archive" | grep -v ' __aarch64_have_lse_atomics$' > "$work/said"
        [ "$(sed 's/.*:\([a-z0-9_]*\.o\): *U /\1 /' "$work/said")" = "detect.o getauxval" ]
        verdict $? "$archive: expected detect.o to want getauxval and no more:"
    done
    # One that lacks a member must be noticed.
    cp build/aarch64-gcc/libordo-outline.a "$work/less.a"
    "${tool}ar" d "$work/less.a" cas2_rel.o
    names "$work/less.a" | diff "$work/libgcc" - > "$work/said"
    [ "$(sed 1d "$work/said")" = "< __aarch64_cas2_rel GLOBAL FUNC HIDDEN" ]
    verdict $? "an archive without cas2_rel.o does not differ from libgcc by that:"
    shown "names: $count of libgcc.a compared with those of each archive: the same, hidden"
}

# ---- orders -------------------------------------------------------------------------------------

# The one step that these axioms would let be weaker: the second look comes after all that is before
# the first barrier, so that a barrier that orders that look is enough. arch's `full` has it too.
weaker="[aarch64] compare_exchange compare_exchange_weak : full : \
step 10, dmb ish: dmb ishld instead"

orders() {
    local programs=0 # beside those that are directed at each row
    [ -z "${ORDO_LONG-}" ] || programs=2000
    awk -f tests/outline/as_arch.awk arch/ordering.tbl abi/outline/ordering.tbl > "$work/table"
    build/model/enumerator table "$work/table" --programs $programs > "$work/said" 2>&1
    grep -q '^table: .* 0 compiled to one' "$work/said"
    verdict $? "a helper lets programs end as C forbids:"
    sed -nE 's/: FAILED$//; s/^((aarch64|armv8.1) .*rows;|table:)/orders: \1/p' "$work/said"
    sed -n 's/: NOT NOTICED$//p' "$work/said" > "$work/unnoticed"
    [ "$(cat "$work/unnoticed")" = "$weaker" ]
    verdict $? "rows made weaker, expected to go unnoticed only \"$weaker\":"
    sed -n 's/^\(rows made weaker: [0-9]* noticed\).*/orders: \1/p' "$work/said"
}

# ---- programs -----------------------------------------------------------------------------------

gcc_() { "${tool}gcc" -O2 -moutline-atomics -Iinclude "$@"; }
clang_() { clang --target=aarch64-linux-gnu -O2 -moutline-atomics -Iinclude "$@"; }

# served MAP FROM: the helpers in the link map, and whether each is from the archive FROM.
served() {
    awk -v from="$2(" '
        /0x[0-9a-f]+ +0x[0-9a-f]+ +[^ ]/ { file = $NF }
        $2 ~ /^__aarch64_/ { count++; if (index(file, from) != 1) { print $2, file; others++ } }
        END { print count + 0 " helpers and byte, " others + 0 " not ours"; exit others || !count }
    ' "$1"
}

# program NAME COMPILER MODELS ARCHIVE FLAG...: program.c, linked so, holds on each model.
program() {
    local name=$1 compiler=$2 models=$3 archive=$4 model names
    shift 4
    try "link of $name" "$compiler" $here/program.c -o "$work/program" "$@" -lpthread \
        "-Wl,-Map,$work/map"
    served "$work/map" "$archive" > "$work/said" 2>&1
    verdict $? "$name: helpers from elsewhere:"
    names=$(tail -n 1 "$work/said")
    for model in $models; do
        says "sums hold" "$name on $model" on "$model" "$work/program"
        shown "$name on $model: $names; sums hold"
    done
}

programs() {
    local both="cortex-a57 neoverse-n1" detect=-Wl,-u,ordo_outline_detect model count

    program "GCC, dynamic"  gcc_   "$both" $fat $fat $detect
    program "Clang, dynamic" clang_ "$both" $fat $fat $detect
    # In a static program the C library's own calls come after: all of the archive, before it.
    program "GCC, static" gcc_ "$both" $fat -static -Wl,--whole-archive $fat -Wl,--no-whole-archive
    program "GCC, static, sections collected" gcc_ "$both" $fat -static -Wl,--gc-sections \
        -Wl,--whole-archive $fat -Wl,--no-whole-archive
    # The map does show what comes from elsewhere: without that, libgcc serves the C library.
    try "plain static link" gcc_ -static $here/program.c -o "$work/program" $fat -lpthread \
        "-Wl,-Map,$work/map"
    served "$work/map" $fat > "$work/said" 2>&1
    [ $? -eq 1 ] && grep -q 'libgcc\.a(cas_4_2\.o)' "$work/said"
    verdict $? "no helper of libgcc in a static program that should have some:"

    program "GCC, link-time optimisation" gcc_ "$both" $fat -flto $fat $detect
    program "GCC, exclusives only" gcc_ "$both" build/aarch64-gcc/libordo-outline.a \
        build/aarch64-gcc/libordo-outline.a $detect
    program "GCC, LSE only" gcc_ neoverse-n1 build/armv8.1-gcc/libordo-outline.a \
        build/armv8.1-gcc/libordo-outline.a $detect

    # The byte: 0 where nobody asks; with the member that asks the kernel, its word.
    try "link of byte.c" gcc_ $here/byte.c -o "$work/byte" $fat
    try "link of byte.c with detection" gcc_ $here/byte.c -o "$work/detected" $fat $detect
    try "static link of byte.c with detection" \
        gcc_ -static $here/byte.c -o "$work/static" $fat $detect
    try "static link of byte.c with all of the archive" gcc_ -static -Wl,--gc-sections \
        $here/byte.c -o "$work/whole" -Wl,--whole-archive $fat -Wl,--no-whole-archive
    # After libgcc, whose byte and constructor then serve: still one definition of each name.
    try "link of byte.c, libgcc first" gcc_ $here/byte.c -o "$work/second" -lgcc $fat $detect
    says 0 "byte, no detection" on neoverse-n1 "$work/byte"
    try "link of hwcap.c" gcc_ $here/hwcap.c -o "$work/hwcap" $fat
    says "bit 8" "what sets the byte" on cortex-a57 "$work/hwcap"
    for program in detected static whole second; do
        says 0 "byte, $program" on cortex-a57 "$work/$program"
        says 1 "byte, $program" on neoverse-n1 "$work/$program"
    done
    shown "byte: 0 without detection; with it 0 on cortex-a57 and 1 on neoverse-n1: \
dynamic, static, with libgcc first"

    # One helper brings itself and the byte, with or without --gc-sections.
    try "link of byte.c with a map" gcc_ $here/byte.c -o "$work/byte" $fat "-Wl,-Map,$work/map"
    served "$work/map" $fat > "$work/said" 2>&1
    count=$(awk '{ print $1; exit }' "$work/said")
    [ "$count" = 2 ]
    verdict $? "a program that calls one helper has not that and the byte:"
    shown "a program with one call: $count of 126 names"

    # No C library, not even libgcc; the program sets the byte.
    for compiler in gcc_ clang_; do
        try "link of bare.c by ${compiler%_}" $compiler -ffreestanding -nostdlib -static \
            -fno-stack-protector $here/bare.c -o "$work/bare" $fat
        "${tool}nm" -u "$work/bare" > "$work/said"
        [ ! -s "$work/said" ]
        verdict $? "bare.c by ${compiler%_} leaves symbols undefined:"
        on cortex-a57 "$work/bare" > "$work/said" 2>&1
        [ $? -eq 40 ]
        verdict $? "bare.c by ${compiler%_} on cortex-a57: exit status is not 40"
        on neoverse-n1 "$work/bare" > "$work/said" 2>&1
        [ $? -eq 41 ]
        verdict $? "bare.c by ${compiler%_} on neoverse-n1: exit status is not 41"
    done
    shown "no C library: nothing undefined; the program sets the byte to 0 and 1"

    # A shared library has its own copies and shows none.
    try "link of part.c" gcc_ -fPIC -shared -nostartfiles -mbranch-protection=standard \
        $here/part.c -o "$work/libpart.so" $fat -Wl,-z,defs -Wl,--fatal-warnings
    "${tool}nm" -D --defined-only "$work/libpart.so" | grep __aarch64_ > "$work/said"
    [ ! -s "$work/said" ]
    verdict $? "libpart.so exports helpers:"
    "${tool}readelf" -nW "$work/libpart.so" > "$work/said"
    grep -q "AArch64 feature: BTI, PAC" "$work/said"
    verdict $? "libpart.so lost branch protection:"
    try "link of whole.c" gcc_ $here/whole.c -o "$work/whole" $fat "$work/libpart.so" \
        "-Wl,-rpath,$work"
    says "program 1, part 0" "two copies" on neoverse-n1 "$work/whole"
    shown "a shared library has its own helpers and byte, hidden"

    try "link of own.c" gcc_ $here/own.c -o "$work/own" $fat
    says "1 of 3" "a program's own helper" on cortex-a57 "$work/own"
}

# ---- the suite ----------------------------------------------------------------------------------

suite() { # suite TARGET MODEL
    try "suite, $1 on $2" on "$2" "build/$1/tests/outline" -j2
    grep -aE 'SKIP|Synthesis' "$work/said" | sed "s/^\[====\] /outline suite, $1 on $2: /"
}

archives
orders
programs
suite aarch64-gcc cortex-a57
suite aarch64-fat-gcc cortex-a57
suite aarch64-fat-gcc neoverse-n1
suite armv8.1-gcc neoverse-n1
suite armv8.1-gcc cortex-a57
try "bites.sh" tests/outline/bites.sh
cat "$work/said"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
