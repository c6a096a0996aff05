#!/usr/bin/env bash
# check.sh: the structural checks, `make check`: all that looking at the libraries can tell.
#
#   tests/check/check.sh TARGET...        such as x86_64-gcc; build/TARGET/libordo.{a,so} exist
#
# Most is done by build/host/check, whose parts check.h lists; text is the business of the awk
# scripts beside this one. Every difference is one line; the last line counts the failed steps.
set -u
cd "$(dirname "$0")/../.."

here=tests/check
failed=0
step() {
    "$@" || { failed=$((failed + 1)); echo "check.sh: failed: $*" >&2; }
}

built() { # built TARGET: whether it is among the targets
    case " $targets " in *" $1 "*) ;; *) return 1 ;; esac
}

# ---- sources ------------------------------------------------------------------------------------

# The same file names on the three architectures; dispatch.S is the fat library's.
same_names() {
    local x86_64 other status=0
    x86_64=$(cd arch/x86_64 && ls ./*.S)
    for other in aarch64 armv8.1; do
        diff <(echo "$x86_64") <(cd "arch/$other" && ls ./*.S | grep -v dispatch.S) > /dev/null || {
            echo "arch/$other: its .S files are not those of arch/x86_64" >&2
            status=1
        }
    done
    return $status
}

header() {
    "${CC:-cc}" -E -P -Iinclude include/ordo/symbols.h |
        awk -f $here/prototype.awk -f $here/header.awk arch/ops.tbl -
}

banners() { # banners ARCHITECTURE TARGET
    nm -A "build/$2/libordo.a" | awk -f $here/prototype.awk -f $here/banners.awk arch/ops.tbl - \
        $(ls "arch/$1"/*.S | grep -v dispatch.S)
}

# ---- libraries ----------------------------------------------------------------------------------

library() { # library TARGET FILE [OPTION]
    local objdump=objdump
    [ "$(uname -m)" = x86_64 ] || objdump=x86_64-linux-gnu-objdump
    case $1 in
        aarch64* | armv8*) objdump=objdump
            [ "$(uname -m)" = aarch64 ] || objdump=aarch64-linux-gnu-objdump ;;
    esac
    build/host/check --target="${1%-*}" --objdump="$objdump" ${3-} "build/$1/$2"
}

# A shared library must keep the property note and a stack without execute permission, and must not
# be stopped by text relocations.
shared() { # shared TARGET
    local file=build/$1/libordo.so note="x86 feature: IBT, SHSTK"
    case $(readelf -hW "$file") in *AArch64*) note="AArch64 feature: BTI, PAC" ;; esac
    readelf -nW "$file" | grep -q "$note" ||
        { echo "$1: libordo.so: no note \"$note\"" >&2; return 1; }
    readelf -lW "$file" | grep -q 'GNU_STACK.* RW ' ||
        { echo "$1: libordo.so: executable stack" >&2; return 1; }
    ! readelf -dW "$file" | grep -q TEXTREL ||
        { echo "$1: libordo.so: text relocations" >&2; return 1; }
}

# The same bytes from every assembler: the first library of an architecture is the measure.
identical() { # identical ARCHITECTURE
    local files=() names="" count
    built "$1-gcc"   && files+=("build/$1-gcc/libordo.a")   && names="GNU as"
    built "$1-clang" && files+=("build/$1-clang/libordo.a") && names+=", Clang"
    built "$1-nasm"  && files+=("build/$1-nasm/libordo.a")  && names+=", NASM"
    [ ${#files[@]} -ge 2 ] || return 0
    count=$(build/host/check --same="arch/$1" "${files[@]}") && echo "$1: $count under $names"
}

# The helpers of outline atomics, likewise.
identical_helpers() { # identical_helpers ARCHITECTURE
    local count
    built "$1-gcc" && built "$1-clang" || return 0
    count=$(build/host/check --same=abi/outline build/"$1"-{gcc,clang}/libordo-outline.a) &&
        echo "$1: $count under GNU as, Clang (outline helpers)"
}

targets=$*
step same_names
step awk -f $here/source.awk arch/x86_64/*.S arch/aarch64/*.S arch/armv8.1/*.S abi/outline/*.S
step header
for architecture in x86_64 aarch64 armv8.1; do
    built $architecture-gcc && step banners $architecture $architecture-gcc
    step identical $architecture
done
for architecture in aarch64 armv8.1 aarch64-fat; do
    step identical_helpers $architecture
done
for target in $targets; do
    step library "$target" libordo.a
    [ ! -e "build/$target/libordo-outline.a" ] ||
        step library "$target" libordo-outline.a --arch=abi/outline
    [ ! -e "build/$target/libordo.so" ] || step shared "$target"
done
if built x86_64-gcc && built aarch64-gcc && built armv8.1-gcc && built aarch64-fat-gcc; then
    step $here/bites.sh
fi
echo "structural checks: $failed failed"
[ $failed -eq 0 ]
