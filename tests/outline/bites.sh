#!/usr/bin/env bash
# bites.sh: the checks of the outline helpers must find what they look for. Each case makes one
# fault in a copy of abi/outline, assembles one helper of it in the place of the right one, and
# expects the check to fail with a line that names it: all else of the archive is right.
# tests/check/bites.sh is the like for the routines of arch/. Needs the archives of the gcc targets.
set -u
cd "$(dirname "$0")/../.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
compiler=aarch64-linux-gnu-gcc
[ "$(uname -m)" != aarch64 ] || compiler=gcc
caught=0
missed=0

verdict() { # verdict WHAT PATTERN STATUS: the output of the check is in $folder/output
    if [ "$3" -ne 0 ] && grep -Eq -- "$2" "$folder/output"; then
        caught=$((caught + 1))
    else
        missed=$((missed + 1))
        echo "bites.sh: not found: $1 (expected a line like: $2)" >&2
        head -3 "$folder/output" | sed 's/^/    /' >&2
    fi
}

# assemble TARGET SOURCE HELPER EDIT: an archive in $folder whose HELPER is of the edited source.
assemble() {
    local forms
    case $1 in
        aarch64)     forms=-DORDO_LLSC ;;
        armv8.1)     forms=-DORDO_LSE ;;
        aarch64-fat) forms="-DORDO_LLSC -DORDO_LSE" ;;
    esac
    mkdir -p "$folder/abi" "$folder/$1-gcc"
    cp -r arch "$folder"
    cp -r abi/outline "$folder/abi"
    sed -i -E "$4" "$folder/abi/outline/$2.S" "$folder/abi/outline/asm.h" \
        "$folder/arch/aarch64/asm.h"
    $compiler -c $forms -DHELPER="__aarch64_$3" "$folder/abi/outline/$2.S" -o "$folder/$3.o" ||
        echo "bites.sh: does not assemble: $2.S with $4" >&2
    cp "build/$1-gcc/libordo-outline.a" "$folder/$1-gcc"
    ar r "$folder/$1-gcc/libordo-outline.a" "$folder/$3.o"
}

# code TARGET SOURCE HELPER EDIT PATTERN WHAT
code() {
    assemble "$1" "$2" "$3" "$4"
    build/host/check --target="$1" --arch=abi/outline "$folder/$1-gcc/libordo-outline.a" \
        > "$folder/output" 2>&1
    verdict "$3 of $1: $6" "$5" $?
}

# ---- orders -------------------------------------------------------------------------------------

code aarch64 fetch ldadd4_acq 's/ldaxr,/ldxr,/' \
    'ldadd4_acq: expected "ldaxr .*found "ldxr' 'a load that lost its acquire'
code aarch64 swp swp8_rel 's/stlxr,/stxr,/' \
    'swp8_rel: expected "stlxr .*found "stxr' 'a store that lost its release'
code armv8.1 fetch ldset2_acq_rel 's/ldsetalh/ldsetah/' \
    'ldset2_acq_rel: expected "ldsetalh .*found "ldsetah' 'an LSE form that lost its release'
code armv8.1 cas16 cas16_acq 's/caspa,/casp,/' \
    'cas16_acq: expected "caspa .*found "casp' 'an LSE form that lost its acquire'
code aarch64 fetch ldeor1_sync 's/, "dmb ish"//' \
    'ldeor1_sync: expected "dmb ish"' 'sync without a barrier'
code aarch64 cas cas4_sync 's/^4: .*/4:/' \
    'cas4_sync: expected "dmb ish"' 'a mismatch of sync that looks before it fences'
code armv8.1 cas cas8_sync '/mov .*expected$/{n;n;d}' \
    'cas8_sync: expected "dmb ish"' 'a mismatch of sync with one barrier'
code aarch64-fat cas16 cas16_rel '/^3:/,/cbnz/d; s/b.ne    3f/b.ne    3f\n3:/' \
    'cas16_rel: expected "stlxp' 'a pair that nothing proves'

# ---- registers ----------------------------------------------------------------------------------

code aarch64 fetch ldadd8_relax 's/w15/w14/' \
    'ldadd8_relax: writes a register that is not a helper.s' 'x14'
code aarch64 cas cas2_acq 's/w16/w1/; s/w1, w1$/w3, w1/' \
    'cas2_acq: writes a register that is not a helper.s' 'x1, which cas16 only may write'
code aarch64-fat swp swp4_acq 's/w17/w18/' \
    'swp4_acq: writes a register that' 'the platform register'
code aarch64 swp swp1_relax 's/^1: .*/&\n mov x30, x16/' \
    'swp1_relax: writes a register that no routine may' 'the return address'
code armv8.1 swp swp1_relax 's/^( +).swp .*/\1str x0, [sp, #-16]!\n&/' \
    'swp1_relax: mnemonics.tbl does not allow this' 'the stack'
code aarch64 fetch ldclr4_rel 's/^1: .*/&\n fmov d0, x16/' \
    'ldclr4_rel: mnemonics.tbl does not allow this' 'a vector register'
code aarch64 fetch ldadd4_relax 's/(.modify) .new, (.old, .value)/\1 \\value, \2\nmov w17, w16/' \
    'ldadd4_relax: the loop changes an operand' 'a retry that adds twice'

# ---- the byte, names, bytes ---------------------------------------------------------------------

code aarch64-fat swp swp8_acq 's/cbz     w17/cbnz    w17/' \
    'swp8_acq: expected "cbz' 'LSE where the byte is 0'
code aarch64-fat swp swp8_acq 's/__aarch64_have_lse_/__aarch64_have_lse2_/' \
    'swp8_acq: expected "feature lse_atomics"' 'another byte'
code aarch64 swp swp8_sync 's/ORDO_VISIBILITY .hidden/ORDO_VISIBILITY .globl/' \
    'swp8_sync: must be hidden' 'a helper that other libraries see'
code aarch64 swp swp8_sync 's/\.ifc .*/.ifnc \\name, HELPER/' \
    'is defined twice' 'a member with the helpers of others'

assemble aarch64 cas cas1_relax 's/uxtb,/uxth,/'
build/host/check --same=abi/outline build/aarch64-gcc/libordo-outline.a \
    "$folder/aarch64-gcc/libordo-outline.a" > "$folder/output" 2>&1
verdict "cas1_relax: other bytes" 'cas1_relax.o: .text\+0x[0-9a-f]+ is' $?

echo "outline bites.sh: $caught seeded faults found by the checks, $missed missed"
[ $missed -eq 0 ]
