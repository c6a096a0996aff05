#!/bin/sh
# demo.sh FILE: what `make demo` shows once everything is built. Counts FILE with count.c on three
# instruction sets, puts the results side by side, then prints the book's Figure 7-1 (figure.c).
# demo.sh --check FILE: only says whether FILE can be counted; asked before the build.
#
# HOST_ARCH is this machine: what is built for it runs natively, the rest under QEMU.
set -eu

check() {
    if [ -z "$1" ]; then why="No file given"
    elif [ ! -e "$1" ]; then why="No such file or directory"
    elif [ -d "$1" ]; then why="Is a directory"
    elif [ ! -f "$1" ]; then why="Not a regular file"
    elif [ ! -r "$1" ]; then why="Permission denied"
    elif [ ! -s "$1" ]; then why="The file is empty"
    else return 0
    fi
    echo "count: cannot read ${1:-the text}: $why;" \
        "give a text file, e.g. FILE=/usr/share/common-licenses/GPL-3" >&2
    exit 2
}

only_check=no
if [ "${1-}" = --check ]; then
    only_check=yes
    shift
fi
file=${1-}
check "$file"
[ $only_check = no ] || exit 0

root=$(dirname "$0")/..
build=$root/build
host=${HOST_ARCH:-$(uname -m)}
mkdir -p "$build/demo"

# ---- the program, three times --------------------------------------------------------------------

# count_on TARGET CPU MODEL: the result goes to a file; progress, on standard error, is seen live.
count_on() {
    model=$3
    [ "$2" != "$host" ] || model=native
    # An ARM64 machine without LSE emulates one that has it.
    [ "$1$model" != armv8.1native ] || grep -qw atomics /proc/cpuinfo || model=$3
    echo "== $1, $model" >&2
    status=0
    "$root/toolchains/run" "$2" "$model" "$build/$1-gcc/demo/count" --result -- "$file" \
        > "$build/demo/$1.result" || status=$?
    [ $status -le 1 ] || exit $status # 1: it ran and its results differ; the table will tell
    models="$models $model"
}

models=""
count_on x86_64 x86_64 qemu64
count_on aarch64 aarch64 cortex-a57
count_on armv8.1 aarch64 neoverse-n1

# Joins the three results by name. A value that was also counted without threads must be that one.
echo
awk -F= -v models="$models" '
    function row(a, b, c, d, e) {
        line = sprintf("%-22s %14s %14s %14s %16s", a, b, c, d, e)
        sub(/ +$/, "", line)
        print line
    }
    FNR == 1 { target++ }
    sub(/ without threads$/, "", $1) { without[$1] = $2; next }
    target == 1 { name[++names] = $1 }
    { value[$1, target] = $2 }
    END {
        split(models, model, " ")
        row("", "x86-64", "ARM64 (LL/SC)", "ARMv8.1 (LSE)", "without threads")
        row("", model[1], model[2], model[3])
        for (n = 1; n <= names; n++) {
            row(name[n], value[name[n], 1], value[name[n], 2], value[name[n], 3], without[name[n]])
            expected = name[n] == "result" ? "same" : without[name[n]]
            for (target = 1; target <= 3; target++)
                if (expected != "" && value[name[n], target] != expected)
                    wrong = wrong " " name[n] " on " model[target] ";"
        }
        if (wrong)
            print "THE RESULTS DIFFER:" wrong
        else
            print "all three agree with the result without threads"
        exit wrong != ""
    }' "$build/demo/x86_64.result" "$build/demo/aarch64.result" "$build/demo/armv8.1.result"

# ---- Figure 7-1 ----------------------------------------------------------------------------------

# compile COMPILER CPU OBJECT FLAG...: builds builtins.c, if there is such a compiler.
compile() {
    cc=gcc
    [ "$2" = "$host" ] || cc=$2-linux-gnu-gcc
    [ "$1" = gcc ] || cc="clang --target=$2-linux-gnu"
    object=$3
    shift 3
    rm -f "$object"
    if command -v "${cc%% *}" > /dev/null; then
        $cc -O2 -ffreestanding "$@" -c -o "$object" "$root/demo/builtins.c"
    else
        echo "note: ${cc%% *} is not installed" >&2
    fi
}

echo
set --
for isa in x86_64 aarch64 armv8.1; do
    case $isa in
    x86_64) cpu=x86_64 flags=-mcx16 ;;
    aarch64) cpu=aarch64 flags="-march=armv8-a -mno-outline-atomics" ;;
    armv8.1) cpu=aarch64 flags="-march=armv8.1-a -mno-outline-atomics" ;;
    esac
    set -- "$@" "$build/$isa-gcc/libordo.a"
    for compiler in gcc clang; do
        # shellcheck disable=SC2086 # flags are words
        compile $compiler "$cpu" "$build/demo/$compiler-$isa.o" $flags
        set -- "$@" "$build/demo/$compiler-$isa.o"
    done
done
"$build/host/figure" "$@"
