#!/usr/bin/env bash
# audit.sh: do ordo-cc and `ordo audit` do what they say? Programs with known numbers of calls, and
# of operations that stay instructions, are built by ordo-cc with each compiler and in each way of
# linking; each must run, and the audit must find those numbers: no less and no more. Then programs
# with something from elsewhere, the wrapper's arguments, build systems, and files that are damaged.
#
#   audit.sh [PART...]       all parts, or these: served elsewhere cmake left cxx clang arguments
#                            refused damage
#
# The parts run side by side, each in a folder of its own. The Makefile builds what they need: `make
# run-audit`. ORDO_LONG=1 takes more ways of linking and more damage.
set -uo pipefail
cd "$(dirname "$0")/../.."
build=$PWD/build
tests=$PWD/tests/audit
version=$(sed -n 's/^VERSION *:= *//p' Makefile)
PATH=$build/host:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset CC CXX ORDO_CC ORDO_CXX ORDO_AUDIT ORDO_LIBRARIES LD_LIBRARY_PATH
unset MAKEFLAGS MFLAGS MAKEOVERRIDES
host=$(uname -m)
wanted=" $* "

# ---- what to expect ------------------------------------------------------------------------------

# ok WHAT COMMAND...: the command succeeds.
ok() {
    local what=$1
    shift
    if "$@" > output 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL: $what: $*"
        sed 's/^/    /' output
    fi
}

# status WANTED COMMAND...: exits with it.
status() {
    local wanted=$1 got=0
    shift
    "$@" || got=$?
    [ "$got" -eq "$wanted" ] || { echo "status $got, not $wanted"; return 1; }
}

# says STATUS LINES COMMAND...: exits with it and prints these lines among others, but for blanks.
says() {
    local wanted=$1 lines=$2 got=0 line report
    shift 2
    report=$("$@" 2>&1) || got=$?
    echo "$report"
    report=$(sed 's/^ *//; s/  */ /g' <<< "$report")
    while read -r line; do
        grep -qxF -e "$line" <<< "$report" || { echo "not said: $line"; return 1; }
    done <<< "$lines"
    [ "$got" -eq "$wanted" ] || { echo "status $got, not $wanted"; return 1; }
}

# refuses COMMAND...: exits with 2, prints nothing, and tells why in one line on standard error.
refuses() {
    local got=0
    "$@" > printed 2> told || got=$?
    cat printed told
    [ "$got" -eq 2 ] || { echo "status $got, not 2"; return 1; }
    [ ! -s printed ] && [ "$(wc -l < told)" -eq 1 ]
}

# leaves FILE COMPILER PROGRAM: just those lines of the file are found that are marked for it.
leaves() {
    local marked found got=0
    marked=$(grep -nE "left:.* $2( |\$)" "$1" | sed "s/:.*//; s/^/$1:/" | sort)
    ordo audit "$3" > report || got=$?
    cat report
    found=$(grep -oE '[^ /]*\.c(pp)?:[0-9]+' report | sort -u)
    [ "$marked" = "$found" ] || { echo "not as marked:"; echo "$marked"; return 1; }
    [ "$got" -eq "$([ -n "$marked" ] && echo 1 || echo 0)" ] || { echo "status $got"; return 1; }
}

served='13 call sites reach ordo
2 __atomic_compare_exchange_4
1 __atomic_exchange_1
2 __atomic_fetch_add_4
1 __atomic_fetch_nand_4
1 __atomic_fetch_or_8
1 __atomic_load
1 __atomic_load_16
1 __atomic_load_4
1 __atomic_load_8
1 __atomic_store_1
1 __atomic_store_16'
nothing='0 atomic functions from elsewhere
0 atomic instructions or barriers left in the program'\''s own code
nothing escapes'

# ---- compilers and CPUs --------------------------------------------------------------------------

cross() { [ "$1" = "$host" ] || echo "$1-linux-gnu-"; }

# cc COMPILER ARGUMENT...: the wrapper with that compiler, such as aarch64-clang; c++ likewise.
cc() {
    case $1 in
        *-gcc) ordo-cc --ordo-compiler="$(cross "${1%-*}")gcc" "${@:2}" ;;
        *) ordo-cc --ordo-compiler="clang --target=${1%-*}-linux-gnu" "${@:2}" ;;
    esac
}
c++() {
    case $1 in
        *-gcc) ordo-c++ --ordo-compiler="$(cross "${1%-*}")g++" "${@:2}" ;;
        *) ordo-c++ --ordo-compiler="clang++ --target=${1%-*}-linux-gnu" "${@:2}" ;;
    esac
}

# runs CPU PROGRAM: on each CPU model.
runs() {
    local model
    if [ "$1" = "$host" ]; then
        "$2"
        return
    fi
    for model in $([ "$1" = aarch64 ] && echo cortex-a57 neoverse-n1 || echo max); do
        "qemu-$1" -cpu "$model" -L "/usr/$1-linux-gnu" "$2" || return 1
    done
}

# ---- the parts -----------------------------------------------------------------------------------

# All of the program's operations are served, however it is linked.
part_served() {
    local cpu=$1 way flags program lines protection=-fcf-protection
    [ "$cpu" = x86_64 ] || protection=-mbranch-protection=standard
    local ways=(-O2 -O0 -static "-O2 -flto" "-O2 -g -Wl,-z,now $protection" -shared)
    [ -z "${ORDO_LONG-}" ] || ways+=(-no-pie -static-pie "-O2 -Wl,-z,lazy" "-static -flto"
        "-static -O2 -ffunction-sections -Wl,--gc-sections")
    for way in "${ways[@]}"; do
        program="served$way"
        flags=$way
        [ "$way" != -shared ] || flags="-shared -fPIC -O2"
        ok "$program: build" cc "$cpu-gcc" $flags served.c -o "$program"
        [ "$way" = -shared ] || ok "$program: run" runs "$cpu" "./$program"
        # With libc.a the C library's calls are on ordo too.
        lines=$served
        [[ $cpu$way != aarch64-static* ]] || lines=$(sed 1d <<< "$served")
        ok "$program: audit" says 0 "$lines
$nothing" ordo audit "$program"
    done
    # Functions without names are known by their code.
    "$(cross "$cpu")strip" served-O2
    ok "stripped" says 0 "$nothing" ordo audit served-O2
    # But for plain loads, which could be anybody's. On ARM64 functions for different sizes have the
    # same code, save what they go on to.
    [ "$cpu" != x86_64 ] || ok "stripped: calls" says 0 "$(grep 'c_[^l]' <<< "$served")" \
        ordo audit served-O2
}

# Clang calls for read-modify-writes alone, and for what is too large for any instruction.
part_clang() {
    ok "build" cc aarch64-clang -O2 -g -Wno-atomic-alignment served.c -o served
    ok "run" runs aarch64 ./served
    ok "audit" says 1 '7 call sites reach ordo
2 __aarch64_cas4_acq_rel
1 __aarch64_ldadd4_relax
1 __aarch64_ldadd4_acq_rel
1 __aarch64_ldset8_rel
1 __aarch64_swp1_acq_rel
1 __atomic_load
0 atomic functions from elsewhere' ordo audit served
}

# What stays is found at its line, and nothing else is.
part_left() {
    local way
    for way in ${ORDO_LONG:+-no-pie -static-pie} -static ""; do
        ok "$way: build" cc "$1" -O0 -g $way left.c -o left
        ok "$way: audit" leaves left.c "$1" left
    done
    ok "stripped" strip_and_count "$1"
}
strip_and_count() {
    local named stripped
    named=$(ordo audit left | grep '^escapes')
    "$(cross "${1%-*}")strip" left
    stripped=$(ordo audit left | grep '^escapes')
    echo "$named with names, $stripped without"
    [ "$named" = "$stripped" ]
}

part_cxx() {
    local way lines status=1
    case $1 in
        x86_64-gcc) lines='escapes: 0 functions, 1 instruction' ;;
        aarch64-gcc) lines=$nothing status=0 ;;
        *) lines='0 atomic functions from elsewhere' ;;
    esac
    for way in "" -static ${ORDO_LONG:+-static-libstdc++}; do
        ok "$way: build" c++ "$1" -std=c++17 -O2 -g $way served.cpp -o served
        ok "$way: run" runs "${1%-*}" ./served
        ok "$way: audit" says $status "$lines" ordo audit served
    done
}

part_elsewhere() {
    local cpu=$1 gcc target=x86_64-gcc inline=
    gcc=$(cross "$cpu")gcc
    [ "$cpu" = x86_64 ] || target=aarch64-fat-gcc inline=-mno-outline-atomics
    # An object that the wrapper did not compile.
    "$gcc" -O2 -g $inline -c plain.c -o plain.o
    ok "one object is not the wrapper's: build" cc "$cpu-gcc" -O2 -g mixed.c plain.o -o mixed
    ok "one object is not the wrapper's" leaves plain.c "$cpu-gcc" mixed
    ok "its loads are suspected" says 1 'plain.c' ordo audit mixed
    # GCC's libatomic, as an archive and as a shared library; ours in its place.
    "$gcc" -O2 -fno-inline-atomics served.c -l:libatomic.a -o archive
    ok "libatomic.a" says 1 '1 __atomic_load in libatomic.a(gload.o)' ordo audit archive
    ok "libatomic.a: nothing of it is ordo's" none_is_ours archive __atomic
    # There is but one way to write this one.
    echo 'int n; int main(void) { return __atomic_load_n(&n, __ATOMIC_SEQ_CST); }' > load.c
    "$gcc" -O2 -fno-inline-atomics load.c -l:libatomic.a -o load
    [ "$cpu" != x86_64 ] || ok "libatomic.a: the same code as ordo's" says 1 \
        '1 __atomic_load_4 in libatomic.a(load_4_.o)' ordo audit load
    "$gcc" -O2 -fno-inline-atomics served.c -latomic -o shared
    ok "libatomic.so" says 1 "0 call sites reach ordo" ordo audit shared
    ok "libatomic.so.1 of ordo" says 0 "$served
$nothing" ordo audit -L "$build/$target/ordo" shared
    ok "libatomic.so.1 of ordo by LD_LIBRARY_PATH" says 0 "$served
$nothing" env LD_LIBRARY_PATH="$build/$target/ordo" ordo audit shared
    "$(cross "$cpu")strip" shared -o stripped
    mkdir stripped-ordo
    "$(cross "$cpu")strip" "$build/$target/libordo-atomic.so" -o stripped-ordo/libatomic.so.1
    ok "libatomic.so.1 of ordo, all stripped" says 0 "$served
$nothing" ordo audit -L stripped-ordo stripped
    ok "libatomic.so.1 of ordo is ordo's" says 0 "$nothing" \
        ordo audit "$build/$target/libordo-atomic.so"
    ok "and stripped" says 0 "0 atomic functions from elsewhere" \
        ordo audit stripped-ordo/libatomic.so.1
    [ "$cpu" = aarch64 ] || return 0
    "$gcc" -O2 -moutline-atomics mixed.c plain.c -static -o helpers
    ok "libgcc's helpers" says 1 '2 __aarch64_ldadd4_acq_rel in libgcc.a(ldadd_4_4.o)' \
        ordo audit helpers
    ok "libgcc's helpers: none is ordo's" none_is_ours helpers __aarch64
    # The C library, which comes later, got libgcc's.
    "$gcc" -O2 -moutline-atomics mixed.c plain.c -static "$build/$target/libordo-outline.a" -o both
    ok "helpers of both" says 1 '2 __aarch64_ldadd4_acq_rel
7 __aarch64_cas4_rel in libgcc.a(cas_4_3.o) (7 from the run-time library)' ordo audit both
}
# none_is_ours PROGRAM PREFIX: no function whose name begins so is taken for ordo's.
none_is_ours() {
    ordo audit --json "$1" > report.json
    cat report.json
    grep -q "\"name\": \"$2.*\"ordo\": false" report.json &&
        ! grep -q "\"name\": \"$2.*\"ordo\": true" report.json
}

part_arguments() {
    ok "questions to the compiler" says 0 "$(gcc --version | head -n 1)" ordo-cc --version
    ok "no file" test "$(ordo-cc -print-file-name=libgcc.a)" = "$(gcc -print-file-name=libgcc.a)"
    echo 'int main(void) { return x; }' > wrong.c
    ok "the compiler's errors" status 1 ordo-cc -c wrong.c
    mkdir "a folder"
    ok "-E" ordo-cc -E served.c -o "a folder/served.i"
    ok "-S" ordo-cc -S "a folder/served.i" -o "a folder/served.s"
    ok "-S made calls" grep -q '__atomic_load_16' "a folder/served.s"
    ok "-c is silent" test -z "$(ordo-cc -c served.c -o silent.o 2>&1)"
    ok "-c of assembly" ordo-cc -c "a folder/served.s" -o "a folder/served.o"
    ok "linking alone" ordo-cc "a folder/served.o" -o "a folder/served"
    ok "linking alone: audit" says 0 "$nothing" ordo audit "a folder/served"
    echo '"a folder/served.o" -lm' > objects
    ok "arguments in a file" ordo-cc @objects -o from-file
    ok "standard input, and -x" ordo-cc -x c - -o from-input < served.c
    ok "standard input, and -x: audit" says 0 "$served" ordo audit from-input
    ok "-r" ordo-cc -r -nostdlib "a folder/served.o" -o part.o
    ok "-latomic gives way" ordo-cc served.c -latomic -o gives-way
    ok "-latomic gives way: audit" says 0 "$served
$nothing" ordo audit gives-way
    ok "-l atomic gives way" ordo-cc served.c -l atomic -o gives-way
    ok "-l atomic gives way: audit" says 0 "$nothing" ordo audit gives-way
    ok "ORDO_AUDIT" says 0 "$served" env ORDO_AUDIT=1 ordo-cc served.c
    ok "--ordo-audit=strict passes" ordo-cc --ordo-audit=strict served.c
    ok "--ordo-audit tells" says 0 "escapes: 0 functions, $(ordo-cc left.c && ordo audit a.out |
        sed -n 's/^escapes.*, //p')" ordo-cc --ordo-audit left.c
    ok "--ordo-audit=strict fails" status 1 ordo-cc --ordo-audit=strict left.c
    ok "CC that is the wrapper itself" env CC=ordo-cc ordo-cc served.c -o wrapped
    ok "CC that is a compiler" env CC="$(cross aarch64)gcc -O2" ordo-cc served.c -o wrapped
    ok "CC that is a compiler: run" runs aarch64 ./wrapped
    ok "make" make -s -f - CC=ordo-cc served <<< 'served: served.c'
    ok "make: audit" says 0 "$nothing" ordo audit served
    ok "help" says 0 "usage: ordo-cc [OPTION...] [the compiler's arguments...]" ordo-cc --ordo-help
    ok "Clang for x86-64 is refused" refuses cc x86_64-clang -c served.c
    ok "32 bits are refused" refuses cc x86_64-gcc -m32 -c served.c
    ok "no such compiler" refuses ordo-cc --ordo-compiler=no-such-compiler -c served.c
    ok "its own compiler" refuses ordo-cc --ordo-compiler="env ordo-cc" -c served.c
    ok "unknown option" refuses ordo-cc --ordo-such served.c
    ok "no archives there" refuses ordo-cc --ordo-libraries=/nowhere served.c
}

part_cmake() {
    local file system=()
    [ "$1" = "$host" ] || system=(-DCMAKE_SYSTEM_NAME=Linux "-DCMAKE_SYSTEM_PROCESSOR=$1")
    export ORDO_CC="$(cross "$1")gcc" ORDO_CXX="$(cross "$1")g++"
    ok "configure" cmake -S project -B cmake "${system[@]}" -DCMAKE_C_COMPILER=ordo-cc \
        -DCMAKE_CXX_COMPILER=ordo-c++
    ok "build" cmake --build cmake
    ok "run" runs "$1" cmake/served_cxx
    for file in served mixed mixed_static libplain.so; do
        ok "audit $file" says 0 "$nothing" ordo audit "cmake/$file"
    done
}

part_refused() {
    local file
    : > empty
    head -c 3000 served.c > text
    printf '\177ELF' > short
    cc x86_64-gcc -O2 served.c -o whole
    { head -c 18 whole; printf '\363\000'; tail -c +21 whole; } > other-machine
    { head -c 4 whole; printf '\001'; tail -c +6 whole; } > other-class
    head -c 9000 whole > half
    # e_shoff, e_shnum and e_shstrndx
    { head -c 40 whole; printf '\0\0\0\0\0\0\0\0'; tail -c +49 whole; } > no-sections-1
    { head -c 60 no-sections-1; printf '\0\0\0\0'; tail -c +65 no-sections-1; } > no-sections
    # A symbol table that begins behind the end of the file.
    perl -0777 -pe 'my ($at, $count) = (unpack("Q", substr($_, 40, 8)), unpack("S", substr($_, 60, 2)));
        for (my $section = $at; $count--; $section += 64) {
            substr($_, $section + 24, 8) = pack("Q", 1 << 40) if vec($_, $section + 4, 8) == 2;
        }' whole > symbols-beyond
    cc x86_64-gcc -c served.c -o object.o
    echo 'void _start(void) { for (;;); }' > start.c
    "$(cross x86_64)gcc" -mx32 -nostdlib -static start.c -o x32
    for file in no-such-file . empty text short half other-machine other-class no-sections \
        symbols-beyond x32 object.o "$build/x86_64-gcc/libordo-atomic.a"; do
        ok "$file" refuses ordo audit "$file"
    done
    ok "two programs" status 2 ordo audit whole whole
    ok "no program" status 2 ordo audit
    ok "no such archive" refuses ordo audit --against=no-such-file whole
    ok "an archive for another CPU" refuses \
        ordo audit --against="$build/aarch64-fat-gcc/libordo-outline.a" whole
    ok "no command" refuses ordo
    ok "unknown command" refuses ordo such
    ok "--help" ordo --help
    ok "audit --help" ordo audit --help
    ok "--version" says 0 "ordo $version" ordo --version
    ok "--list" says 0 "$nothing" ordo audit --list whole
    ok "--json" is_json whole
}
is_json() {
    ordo audit --json "$1" > report.json
    cat > is_json.cmake << 'END'
file(READ report.json report)
string(JSON length LENGTH ${report} functions)
string(JSON escapes GET ${report} escapes)
if(NOT length EQUAL 11 OR escapes)
    message(FATAL_ERROR "${length} functions, escapes: ${escapes}")
endif()
END
    cmake -P is_json.cmake
}

part_damage() {
    export ASAN_OPTIONS=detect_leaks=0:exitcode=99:allocator_may_return_null=1
    export UBSAN_OPTIONS=exitcode=99
    cc "$1" -g left.c -o left
    # Small files, which are read anew for each damaged one.
    cc "$1" -c plain.c -o plain.o
    ok "$1" "$build/asan/damage" $((${ORDO_LONG:+29}00 + 100)) $RANDOM left \
        --against="$build/$2/libordo-atomic.a" --runtime=plain.o
    tail -n 1 output
}

# ---- all of them ---------------------------------------------------------------------------------

# start PART ARGUMENT...: in the background, as many at a time as there are CPUs.
parts=()
start() {
    [[ $wanted == *" $1 "* || $wanted == "  " ]] || return 0
    local folder=$work/${#parts[@]}
    parts+=("$*")
    mkdir "$folder"
    (
        cd "$folder" || exit
        cp -r "$tests"/*.c "$tests"/*.cpp "$tests/project" .
        passed=0
        failed=0
        "part_$1" "${@:2}" > "$folder.log" 2>&1
        echo "$passed $failed" > "$folder.count"
    ) &
    while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do
        wait -n
    done
}

for cpu in x86_64 aarch64; do
    start served $cpu
    start elsewhere $cpu
    start cmake $cpu
done
for compiler in x86_64-gcc aarch64-gcc aarch64-clang; do
    start left $compiler
    start cxx $compiler
done
start clang
start arguments
start refused
start damage x86_64-gcc x86_64-gcc
[ -z "${ORDO_LONG-}" ] || start damage aarch64-gcc aarch64-fat-gcc
wait

passed=0
failed=0
for part in "${!parts[@]}"; do
    if ! read -r well badly < "$work/$part.count"; then
        well=0 badly=1
        echo "FAIL: ${parts[part]} did not end"
    fi
    passed=$((passed + well))
    failed=$((failed + badly))
    sed "s/^FAIL: /FAIL: ${parts[part]}: /" "$work/$part.log"
done
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
