#!/usr/bin/env bash
# audit.sh: do ordo-cc and `ordo audit` do what they say? Programs with known numbers of calls, and of
# operations that stay instructions, are built by ordo-cc with each compiler and in each way of
# linking; each must run, and the audit must find those numbers: no less and no more. Then programs
# with something from elsewhere, the wrapper's arguments, build systems, and files that are damaged.
#
# The Makefile builds what it needs: `make run-audit`.
set -uo pipefail
cd "$(dirname "$0")/../.."
build=$PWD/build
tests=$PWD/tests/audit
PATH=$build/host:$PATH
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset CC CXX ORDO_CC ORDO_CXX ORDO_AUDIT ORDO_LIBRARIES LD_LIBRARY_PATH MAKEFLAGS MFLAGS MAKEOVERRIDES
host=$(uname -m)
passed=0
failed=0

# ok WHAT COMMAND...: the command succeeds.
ok() {
    local what=$1
    shift
    if "$@" > "$work/output" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAIL: $what: $*"
        sed 's/^/    /' "$work/output"
    fi
}

# status WANTED COMMAND...: exits with it.
status() {
    local wanted=$1 got=0
    shift
    "$@" || got=$?
    [ "$got" -eq "$wanted" ] || { echo "status $got, not $wanted"; return 1; }
}

# says STATUS LINES COMMAND...: exits with it and prints these lines among others, but for the
# blanks between words.
says() {
    local wanted=$1 lines=$2 got=0 line report
    shift 2
    report=$("$@" 2>&1) || got=$?
    echo "$report"
    report=$(tr -s ' ' <<< "$report")
    while read -r line; do
        grep -qxF -e "$line" -e " $line" <<< "$report" || { echo "not said: $line"; return 1; }
    done <<< "$lines"
    [ "$got" -eq "$wanted" ] || { echo "status $got, not $wanted"; return 1; }
}

# one_line COMMAND...: refuses with status 2 and one line on standard error, and prints nothing.
one_line() {
    local got=0
    "$@" > "$work/printed" 2> "$work/told" || got=$?
    cat "$work/printed" "$work/told"
    [ "$got" -eq 2 ] || { echo "status $got, not 2"; return 1; }
    [ ! -s "$work/printed" ] && [ "$(wc -l < "$work/told")" -eq 1 ]
}

cross() { [ "$1" = "$host" ] || echo "$1-linux-gnu-"; }
compiler() { # compiler CPU-FAMILY
    case $1 in
        *-gcc) echo "$(cross "${1%-*}")gcc" ;;
        *-clang) echo "clang --target=${1%-*}-linux-gnu" ;;
    esac
}
cc() { # cc CPU-FAMILY ARGUMENT...
    local which=$1
    shift
    ordo-cc --ordo-compiler="$(compiler "$which")" "$@"
}

# runs CPU PROGRAM: on each CPU model.
runs() {
    local model
    if [ "$1" = "$host" ]; then
        "$2"
    else
        for model in $([ "$1" = aarch64 ] && echo cortex-a57 neoverse-n1 || echo max); do
            "qemu-$1" -cpu "$model" -L "/usr/$1-linux-gnu" "$2" || return 1
        done
    fi
}

cd "$work" || exit 1
cp "$tests"/*.c "$tests"/*.cpp .

# ---- what ordo serves ----------------------------------------------------------------------------

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

for cpu in x86_64 aarch64; do
    protection=$([ $cpu = x86_64 ] && echo -fcf-protection || echo -mbranch-protection=standard)
    for way in -O2 -O0 -no-pie -static -static-pie "-O2 -flto" "-O2 -g -Wl,-z,now $protection" \
        "-O2 -Wl,-z,lazy" "-static -O2 -ffunction-sections -Wl,--gc-sections" -shared; do
        what="$cpu $way"
        program="served $what"
        flags=$way
        [ "$way" != -shared ] || flags="-shared -fPIC -O2"
        ok "$what: build" cc $cpu-gcc $flags served.c -o "$program"
        [ "$way" = -shared ] || ok "$what: run" runs $cpu "./$program"
        # With libc.a the C library's calls are on ordo too.
        case $cpu$way in
            aarch64-static*) lines=$(sed 1d <<< "$served") ;;
            *) lines=$served ;;
        esac
        ok "$what: audit" says 0 "$lines
$nothing" ordo audit "$program"
    done
done

# In a stripped program functions have no names, and are known by their code.
for cpu in x86_64 aarch64; do
    for way in -O2 -static; do
        program="stripped $cpu $way"
        "$(cross $cpu)strip" -o "$program" "served $cpu $way"
        ok "$program" says 0 "$nothing" ordo audit "$program"
    done
    ok "stripped $cpu: calls" says 0 '13 call sites reach ordo' ordo audit "stripped $cpu -O2"
done

# marked FILE COMPILER: the lines of the file that say what is left there for the compiler.
marked() { grep -nE "left:.* $2( |\$)" "$1" | sed "s/:.*//; s/^/$1:/"; }
# leaves FILE COMPILER PROGRAM: just those lines are found, if there are any, and so the status is 1.
leaves() {
    local wanted found got=0
    wanted=$(marked "$1" "$2" | sort)
    ordo audit "$3" > report || got=$?
    cat report
    found=$(grep -oE '[^ /]*\.c(pp)?:[0-9]+' report | sort -u)
    [ "$wanted" = "$found" ] || { echo "not as marked:"; diff <(echo "$wanted") <(echo "$found"); return 1; }
    [ "$got" -eq "$([ -n "$wanted" ] && echo 1 || echo 0)" ]
}
for which in x86_64-gcc aarch64-gcc aarch64-clang; do
    for way in "" -static -no-pie; do
        ok "left $which $way: build" cc $which -O0 -g $way left.c -o "left $which"
        ok "left $which $way" leaves left.c $which "left $which"
    done
done

# Clang calls for read-modify-writes alone, and for what is too large for any instruction.
ok "served, Clang: build" cc aarch64-clang -O2 -g -Wno-atomic-alignment served.c -o served-clang
ok "served, Clang: run" runs aarch64 ./served-clang
ok "served, Clang: audit" says 1 '7 call sites reach ordo
2 __aarch64_cas4_acq_rel
1 __aarch64_ldadd4_relax
1 __aarch64_ldadd4_acq_rel
1 __aarch64_ldset8_rel
1 __aarch64_swp1_acq_rel
1 __atomic_load
0 atomic functions from elsewhere' ordo audit served-clang

# leaves_cxx COMPILER PROGRAM: what the headers of C++ leave in the program.
leaves_cxx() {
    case $1 in
        x86_64-gcc) says 1 "0 atomic functions from elsewhere
escapes: 0 functions, 1 instruction" ordo audit "$2" ;;
        aarch64-gcc) says 0 "$nothing" ordo audit "$2" ;;
        *) says 1 '0 atomic functions from elsewhere' ordo audit "$2" ;;
    esac
}
for which in x86_64-gcc aarch64-gcc aarch64-clang; do
    cpu=${which%-*}
    compiler=$(compiler $which)
    for way in "" -static -static-libstdc++; do
        program="c++ $which $way"
        ok "$program: build" ordo-c++ --ordo-compiler="$(sed 's/gcc/g++/; s/clang/clang++/' <<< "$compiler")" \
            -std=c++17 -O2 -g $way served.cpp -o "$program"
        ok "$program: run" runs $cpu "./$program"
        ok "$program: audit" leaves_cxx $which "$program"
    done
done

# ---- what comes from elsewhere --------------------------------------------------------------------

for cpu in x86_64 aarch64; do
    gcc=$(cross $cpu)gcc
    target=$([ $cpu = x86_64 ] && echo x86_64-gcc || echo aarch64-fat-gcc)
    # An object that the wrapper did not compile.
    "$gcc" -O2 -g -mno-outline-atomics -c plain.c -o plain.o 2> /dev/null || "$gcc" -O2 -g -c plain.c -o plain.o
    ok "mixed $cpu: build" cc $cpu-gcc -O2 -g mixed.c plain.o -o mixed
    ok "mixed $cpu: one object was not compiled by the wrapper" leaves plain.c $cpu-gcc mixed
    ok "mixed $cpu: and its loads are suspected" says 1 'plain.c' ordo audit mixed
    # GCC's libatomic, as an archive and as a shared library; and ours in its place.
    "$gcc" -O2 -fno-inline-atomics -mno-outline-atomics served.c -l:libatomic.a -o archive 2> /dev/null ||
        "$gcc" -O2 -fno-inline-atomics served.c -l:libatomic.a -o archive
    ok "libatomic.a $cpu" says 1 '0 call sites reach ordo
1 __atomic_load in libatomic.a(gload.o)' ordo audit archive
    strip=$(cross $cpu)strip
    "$gcc" -O2 -fno-inline-atomics served.c -latomic -o shared
    ok "libatomic.so $cpu" says 1 "0 call sites reach ordo" ordo audit shared
    ok "libatomic.so.1 of ordo in its place, $cpu" says 0 "$served
$nothing" ordo audit -L "$build/$target/ordo" shared
    "$strip" shared
    ok "libatomic.so.1 of ordo in its place, stripped $cpu" says 0 "$served
$nothing" ordo audit -L "$build/$target/ordo" shared
    ok "libatomic.so.1 of ordo is ordo's, $cpu" says 0 "0 atomic functions from elsewhere
nothing escapes" ordo audit "$build/$target/libordo-atomic.so"
done
"$(cross aarch64)gcc" -O2 -moutline-atomics mixed.c plain.c -static -o helpers
ok "libgcc's helpers" says 1 '0 call sites reach ordo
272 __aarch64_ldadd4_acq_rel in libgcc.a(ldadd_4_4.o)' ordo audit helpers

# ---- the wrapper's arguments -----------------------------------------------------------------------

ok "questions to the compiler" says 0 "$(gcc --version | head -n 1)" ordo-cc --version
ok "no file" test "$(ordo-cc -print-file-name=libgcc.a)" = "$(gcc -print-file-name=libgcc.a)"
ok "compiler's errors are the wrapper's" status 1 cc x86_64-gcc -c -xc - <<< 'int main(void) { return x; }'
mkdir "a folder"
ok "-E" cc x86_64-gcc -E served.c -o "a folder/served.i"
ok "-S" cc x86_64-gcc -S "a folder/served.i" -o "a folder/served.s"
ok "-S made calls" grep -q 'call.*__atomic_load_16' "a folder/served.s"
ok "-c of assembly" cc x86_64-gcc -c "a folder/served.s" -o "a folder/served.o"
ok "linking alone" cc x86_64-gcc "a folder/served.o" -o "a folder/served"
ok "linking alone: audit" says 0 "$nothing" ordo audit "a folder/served"
echo '"a folder/served.o" -latomic' > objects
ok "arguments in a file" cc x86_64-gcc @objects -o from-file
ok "standard input, and -x" cc x86_64-gcc -x c - -o from-input < served.c
ok "standard input, and -x: audit" says 0 "$served" ordo audit from-input
ok "-r" cc x86_64-gcc -r -nostdlib "a folder/served.o" -o part.o
ok "-latomic gives way" cc x86_64-gcc served.c -latomic -o gives-way
ok "-latomic gives way: audit" says 0 "$served
$nothing" ordo audit gives-way
ok "ORDO_AUDIT" says 0 "$served" env ORDO_AUDIT=1 ordo-cc served.c
ok "--ordo-audit=strict passes" cc x86_64-gcc --ordo-audit=strict served.c
ok "--ordo-audit=strict fails" status 1 cc x86_64-gcc --ordo-audit=strict left.c
ok "CC that is the wrapper itself" env CC=ordo-cc ordo-cc served.c -o wrapped
ok "CC that is a compiler" env CC="$(cross aarch64)gcc -O2" ordo-cc served.c -o wrapped
ok "CC that is a compiler: run" runs aarch64 ./wrapped
ok "make" make -s -f /dev/null CC=ordo-cc served
ok "make: audit" says 0 "$nothing" ordo audit served
ok "Clang for x86-64 is refused" one_line cc x86_64-clang -c served.c
ok "32 bits are refused" one_line cc x86_64-gcc -m32 -c served.c
ok "no such compiler" one_line ordo-cc --ordo-compiler=no-such-compiler -c served.c
ok "unknown option" one_line cc x86_64-gcc --ordo-such served.c
ok "no archives there" one_line cc x86_64-gcc --ordo-libraries=/nowhere served.c

mkdir project && cp "$tests/project/CMakeLists.txt" project
for cpu in x86_64 aarch64; do
    system=$([ $cpu = "$host" ] || echo "-DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=$cpu")
    export ORDO_CC="$(cross $cpu)gcc" ORDO_CXX="$(cross $cpu)g++"
    ok "CMake $cpu: configure" cmake -S project -B "cmake-$cpu" $system \
        -DCMAKE_C_COMPILER=ordo-cc -DCMAKE_CXX_COMPILER=ordo-c++
    ok "CMake $cpu: build" cmake --build "cmake-$cpu"
    unset ORDO_CC ORDO_CXX
    ok "CMake $cpu: run" runs $cpu "cmake-$cpu/served_cxx"
    for file in served mixed mixed_static libplain.so; do
        ok "CMake $cpu: audit $file" says 0 "$nothing" ordo audit "cmake-$cpu/$file"
    done
done

# ---- the report ------------------------------------------------------------------------------------

# ---- files that are none ---------------------------------------------------------------------------

: > empty
head -c 3000 served.c > text
printf '\177ELF' > short
cc x86_64-gcc -O2 served.c -o whole
{ head -c 18 whole; printf '\363\000'; tail -c +21 whole; } > other-machine
{ head -c 4 whole; printf '\001'; tail -c +6 whole; } > other-class
for file in no-such-file . empty text short other-machine other-class "a folder/served.o" \
    "$build/x86_64-gcc/libordo-atomic.a"; do
    ok "refused: $file" one_line ordo audit "$file"
done
ok "refused: two programs" status 2 ordo audit whole whole
ok "refused: no program" status 2 ordo audit
ok "refused: no archive" one_line ordo audit --against=no-such-file whole
ok "refused: archive for another CPU" one_line ordo audit --against="$build/aarch64-fat-gcc/libordo-outline.a" whole
ok "no command" one_line ordo
ok "unknown command" one_line ordo such
ok "--help" ordo --help
ok "audit --help" ordo audit --help
ok "--version" says 0 "ordo $(sed -n 's/^VERSION *:= *//p' "$tests/../../Makefile")" ordo --version

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
