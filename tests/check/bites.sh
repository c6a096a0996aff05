#!/usr/bin/env bash
# bites.sh: the checks must find what they look for. Each case makes one fault in a copy of a source
# file, a table or a text, and expects the check to fail with a line that names it.
#
# A faulty object takes the place of the right one in a copy of the library: everything else of the
# library is right, so the line can only come from the fault. Needs the gcc libraries of x86_64,
# aarch64, armv8.1 and aarch64-fat.
set -u
cd "$(dirname "$0")/../.."

here=tests/check
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
caught=0
missed=0

# verdict WHAT PATTERN STATUS: the output of the check is in $folder/output.
verdict() {
    if [ "$3" -ne 0 ] && grep -Eq -- "$2" "$folder/output"; then
        caught=$((caught + 1))
    else
        missed=$((missed + 1))
        echo "bites.sh: not found: $1 (expected a line like: $2)" >&2
        head -3 "$folder/output" | sed 's/^/    /' >&2
    fi
}

compiler() { # compiler CPU
    if [ "$(uname -m)" = "$1" ]; then echo gcc; else echo "$1-linux-gnu-gcc"; fi
}

# assemble ARCHITECTURE FILE EDIT: FILE.S or asm.h edited, FILE.S assembled to $folder/FILE.o.
assemble() {
    local cpu=aarch64
    [ "$1" != x86_64 ] || cpu=x86_64
    rm -rf "$folder/arch"
    cp -r arch "$folder/arch"
    sed -i -E "$3" "$folder/arch/$1/$2.S" "$folder/arch/$cpu/asm.h"
    $(compiler $cpu) -c -x assembler-with-cpp "$folder/arch/$1/$2.S" -o "$folder/$2.o" \
        2> /dev/null || echo "bites.sh: does not assemble: $1/$2.S with $3" >&2
}

# library TARGET FILE: a copy of the library with $folder/FILE.o in place of its own, and the shared
# library made of it.
library() {
    local cpu=aarch64
    [ "${1%-*}" != x86_64 ] || cpu=x86_64
    mkdir -p "$folder/$1"
    cp "build/$1/libordo.a" "$folder/$1/"
    ar r "$folder/$1/libordo.a" "$folder/$2.o"
    $(compiler $cpu) -shared -nostartfiles -o "$folder/$1/libordo.so" \
        -Wl,--whole-archive "$folder/$1/libordo.a" -Wl,--no-whole-archive 2> "$folder/warnings"
}

check() { # check TARGET
    build/host/check --target="${1%-*}" "$folder/$1/libordo.a" > "$folder/output" 2>&1
}

# code ARCHITECTURE FILE EDIT PATTERN WHAT
code() {
    assemble "$1" "$2" "$3"
    library "$1-gcc" "$2"
    check "$1-gcc"
    verdict "$1/$2.S: $5" "$4" $?
}

# ---- the instruction table ----------------------------------------------------------------------

code x86_64 fetch_add '/^ *lock$/d' \
    'does not allow this.*xadd byte' 'no lock prefix'
code x86_64 store 's/xchg( .*rdi\], esi)/mov\1/' \
    'expected "xchg .*found "mov' 'a plain seq_cst store'
code x86_64 load 's/byte ptr/word ptr/' \
    'operand of 16 bits for a type of 8' 'too wide an access'
code x86_64 compare_exchange 's/mov( +)\[rsi\]/mov\1[rdi]/' \
    'found "mov \[object\],r"' 'a mismatch written to the object'
code aarch64 fetch_add 's/ldaxr,/ldxr,/' \
    'expected "ldaxr .*found "ldxr' 'a load that lost its acquire'
code aarch64 fetch_add 's/stlxrb/stxrb/' \
    'expected "stlxrb .*found "stxrb' 'a store that lost its release'
code aarch64 fetch_add 's/, "dmb ish"//' \
    'expected "dmb ish"|found "ret' 'no barrier at the end of full'
code aarch64 exchange 's/^ +(.store .*)/3: \1/; s/(cbnz .*)1b/\13b/' \
    'does not land at A:' 'a retry without its load'
code aarch64 fence 's/ishld/ishst/' \
    'expected "dmb ishld"' 'the wrong kind of barrier'
code aarch64 load_u128 's/has_lse2/has_rcpc/' \
    'expected "feature lse2".*"feature rcpc' 'the wrong feature byte'
code armv8.1 fetch_or 's/ldsetalb/ldsetab/' \
    'expected "ldsetalb .*found "ldsetab' 'an LSE form that lost its release'
code armv8.1 fetch_max 's/ldsmax/ldumax/' \
    'expected "ldsmax.*found "ldumax' 'an unsigned maximum of signed values'

# ---- mnemonics and lints ------------------------------------------------------------------------

code aarch64 exchange 's/^1: (.*)/        prfm pstl1strm, [x2]\n1: \1/' \
    'does not allow this' 'an instruction nobody allowed'
code aarch64 fetch_add 's/\\new, \\old, \\value/\\value, \\old, \\value\n mov \\new, \\value/' \
    'changes an operand' 'a retry that adds twice'
code aarch64 fetch_add 's/\\store( +)w4/\\store\1w3/' \
    'status register is its data' 'status and data in one register'
code aarch64 fetch_add 's/cbnz( +)w4/cbnz\1w3/' \
    'nothing looks at its status' 'a status that nobody reads'
code aarch64 fetch_add 's/^( +)add .*/&\n\1str x9, [x2, 8]/' \
    'between load- and store-exclusive' 'a store inside the exclusive sequence'
code aarch64 fetch_add 's/w4/w18/' \
    'no routine may touch' 'the platform register'
code aarch64 fetch_add 's/w4/w19/' \
    'value of register 19' 'a callee-saved register'
code aarch64 fetch_add 's/hint( +)#34/nop/' \
    'start with bti c' 'no landing pad'
code armv8.1 fetch_add 's/ldadda,( +)w0/ldadda,\1wzr/' \
    'destination is the zero register' 'the zero register as destination'
code armv8.1 fetch_add 's/ldadd,( +)w0/ldadd,\1wzr/' \
    'does not allow this.*stadd' 'a st<op> alias'
code x86_64 exchange_u128 '/mov +rbx, r8/d' \
    'value of register 3' 'rbx not restored'
code x86_64 fetch_u128 '/CFI.*cfi_register/d' \
    'unwinding: the caller.s register 3 is not in 3' 'unwinding told nothing of rbx'
code x86_64 fetch_u128 's/cfi_register rbx, r8/cfi_register rbx, r9/' \
    'unwinding: the caller.s register 3 is not in 9' 'unwinding told another register'
code x86_64 fetch_u128 's/CFI.*cfi_restore.*/.cfi_def_cfa_offset 16/' \
    'unwinding: the frame is not' 'unwinding told of a stack that moved'
code x86_64 fetch_add 's/^ +endbr64/ nop/' \
    'start with bti c or endbr64' 'no landing pad'

# ---- symbols and notes --------------------------------------------------------------------------

code aarch64 fence 's/ordo_fence_full/ordo_fence_fool/' \
    'ordo_fence_full: is missing' 'a symbol that is missing'
code aarch64 fence 's/ordo_fence_full/ordo_fence_fool/' \
    'ordo_fence_fool: no symbol' 'a symbol too many'
code x86_64 load 's/0xc0000002/0xc0000003/' \
    'no property note for IBT' 'no property note'
code aarch64 load 's/0xc0000000/0xc0000003/' \
    'no property note for BTI' 'no property note'
code aarch64 load 's/GNU-stack, ""/GNU-stack, "x"/' \
    'executable stack' 'an executable stack'

# A member of core with one more function.
{ cat core/clock.c; echo 'void lock(void); void lock(void) {}'; } |
    $(compiler x86_64) -c -fPIC -fcf-protection=full -Iinclude -x c - -o "$folder/clock.o"
library x86_64-gcc clock
check x86_64-gcc
verdict "clock.c: defines a name of the user's" 'clock.o: defines lock, which is not' $?

# ---- the fat library ----------------------------------------------------------------------------

assemble aarch64 dispatch 's/_llsc$/_lse/'
library aarch64-fat-gcc dispatch
check aarch64-fat-gcc
verdict "dispatch.S: LSE on every CPU" 'expected "tail _llsc".*found "tail _lse"' $?

# ---- the second opinion -------------------------------------------------------------------------

cat > "$folder/objdump" << 'END'
#!/bin/sh
PATH=${PATH#*:} objdump "$@" | sed 's/xchg/xadd/'
END
chmod +x "$folder/objdump"
PATH=$folder:$PATH build/host/check --target=x86_64 --objdump=objdump build/x86_64-gcc/libordo.a \
    > "$folder/output" 2>&1
verdict "objdump reads another instruction" 'LLVM reads "xchg" at .*, objdump "xadd"' $?

# ---- the tables ---------------------------------------------------------------------------------

# table EDIT PATTERN WHAT: an edited ordering.tbl against the right library.
table() {
    rm -rf "$folder/arch"
    cp -r arch "$folder/arch"
    sed -i -E "$1" "$folder/arch/ordering.tbl"
    build/host/check --target=x86_64 --arch="$folder/arch" build/x86_64-gcc/libordo.a \
        > "$folder/output" 2>&1
    verdict "ordering.tbl: $3" "$2" $?
}
table 's/^add : u8/add : /' \
    'ordo_add_u8_relaxed has no row' 'a symbol without a row'
table 's/^add :/add sub :/' \
    'ordo_sub_u8_relaxed has two rows' 'a symbol with two rows'
table 's/^add :.*/&\n    sideways mfence/' \
    'no symbol of ops.tbl has this row' 'a row without a symbol'

# ---- bytes and text -----------------------------------------------------------------------------

assemble x86_64 load 's/movzx( +)eax, byte/movsx\1eax, byte/'
library x86_64-gcc load
build/host/check --same=arch/x86_64 build/x86_64-gcc/libordo.a "$folder/x86_64-gcc/libordo.a" \
    > "$folder/output" 2>&1
verdict "x86_64/load.S: other bytes" 'load.o: .text\+0x[0-9a-f]+ is' $?

# text EDIT PATTERN WHAT: an edited x86_64/exchange.S.
text() {
    mkdir -p "$folder/x86_64"
    sed -E "$1" arch/x86_64/exchange.S > "$folder/x86_64/exchange.S"
    awk -f $here/source.awk "$folder/x86_64/exchange.S" > "$folder/output" 2>&1
    verdict "exchange.S: $3" "$2" $?
}
text 's/^ +ret$/        mov dword [rdi], 0/' \
    'needs `ptr`' 'a size without ptr'
text 's/^ +ret$/        nop; ret/' \
    'separates in GNU as' 'two instructions on a line'
text 's/^ +ret$/        lock xadd [rdi], eax/' \
    'line of its own' 'lock on the same line'
text 's/^ +ret$/1:      jmp 1b/' \
    'no numeric labels' 'a numeric label'
text 's/^ +ret$/out:/' \
    'a label must be' 'a global label'
text 's/^ +ret$/        .byte 0/' \
    'a directive' 'a directive'
text 's/^ +ret$/        ld\\()axr/' \
    'pastes a mnemonic' 'a pasted mnemonic'
text '/^\/\/ clobbers:/d' \
    'expected "clobbers:"' 'a field missing from the banner'

sed 's/volatile T/T/' arch/x86_64/exchange.S > "$folder/x86_64/exchange.S"
nm -A build/x86_64-gcc/libordo.a | awk -f $here/prototype.awk -f $here/banners.awk arch/ops.tbl - \
    "$folder/x86_64/exchange.S" > "$folder/output" 2>&1
verdict "exchange.S: another prototype" 'the banner lacks "T ordo_exchange' $?

sed 's/bool symbol(vol/int symbol(vol/' include/ordo/symbols.h | ${CC:-cc} -E -P -Iinclude -x c - |
    awk -f $here/prototype.awk -f $here/header.awk arch/ops.tbl - > "$folder/output" 2>&1
verdict "symbols.h: another prototype" 'ordo_compare_exchange_pair_u8: expected "bool' $?

echo "bites.sh: $caught seeded faults found by the checks, $missed missed"
[ $missed -eq 0 ]
