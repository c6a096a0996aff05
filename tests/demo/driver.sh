#!/bin/sh
# driver.sh: tests demo/demo.sh with scripts in the place of the programs, so that it meets what the
# real ones should never give it; then figure.c on the real libraries.
set -u
. "$(dirname "$0")/report.sh"
root=$(cd "$(dirname "$0")/../.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
out=$scratch/out
err=$scratch/err
text=$scratch/text
echo "some text" > "$text"

# A copy of the tree whose programs are scripts and whose runner only calls them.
mkdir -p "$scratch/demo" "$scratch/toolchains" "$scratch/build/host"
cp "$root/demo/demo.sh" "$root/demo/builtins.c" "$scratch/demo"
printf '#!/bin/sh\nshift 2\nexec "$@"\n' > "$scratch/toolchains/run"
printf '#!/bin/sh\necho figure of $# files\n' > "$scratch/build/host/figure"
for isa in x86_64 aarch64 armv8.1; do
    mkdir -p "$scratch/build/$isa-gcc/demo"
    cat > "$scratch/build/$isa-gcc/demo/count" <<-'END'
	#!/bin/sh
	echo "$0" >> "${0%/build/*}/ran"
	printf 'words=2\nwords without threads=2\npeak per chunk=1 us\nresult=same\n'
	END
done
chmod +x "$scratch/toolchains/run" "$scratch/build/host/figure" "$scratch"/build/*/demo/count

# demo STATUS [ARGUMENT...]
demo() {
    wanted=$1
    shift
    : > "$scratch/ran"
    "$scratch/demo/demo.sh" "$@" > "$out" 2> "$err"
    [ $? -eq "$wanted" ]
}
ran() { [ "$(wc -l < "$scratch/ran")" -eq "$1" ]; }

# ---- files ---------------------------------------------------------------------------------------

: > "$scratch/empty"
mkfifo "$scratch/fifo"
for case in "$scratch/no|No such file or directory" "$scratch|Is a directory" \
    "$scratch/empty|The file is empty" "$scratch/fifo|Not a regular file" "|No file given"; do
    file=${case%%|*} why=${case#*|}
    check "status for '$file'" demo 2 "$file"
    check "one line for '$file'" [ "$(cat "$err")" = "count: cannot read ${file:-the text}: $why; \
give a text file, e.g. FILE=/usr/share/common-licenses/GPL-3" ]
    check "nothing is run for '$file'" ran 0
    check "--check refuses '$file' too" demo 2 --check "$file"
done
check "no argument at all" demo 2
check "--check accepts a text" demo 0 --check "$text"
check "and runs nothing" ran 0

# ---- results -------------------------------------------------------------------------------------

check "three equal results" demo 0 "$text"
check "all three ran" ran 3
check "they are side by side" grep -Eqx 'words +2 +2 +2 +2' "$out"
check "they agree" grep -qx 'all three agree with the result without threads' "$out"
check "then comes the figure" grep -qx 'figure of 9 files' "$out"

odd=$scratch/build/aarch64-gcc/demo/count
printf '#!/bin/sh\nprintf "words=3\\nwords without threads=2\\nresult=different\\n"\nexit 1\n' \
    > "$odd"
check "one that differs fails" demo 1 "$text"
check "and is named" grep -Eq 'THE RESULTS DIFFER: words on [a-z0-9-]+; result on' "$out"
check "beside the others" grep -Eqx 'words +2 +3 +2 +2' "$out"
check "and no figure follows" lacks figure "$out"

printf '#!/bin/sh\nprintf "words=3\\nwords without threads=3\\nresult=same\\n"\n' > "$odd"
check "one that is content with another answer fails" demo 1 "$text"

printf '#!/bin/sh\nkill -KILL $$\n' > "$odd"
check "one that is killed ends the demonstration" demo 137 "$text"
check "before the third runs" ran 1

# ---- the figure ----------------------------------------------------------------------------------

# figure PREFIX: with the objects PREFIX-ISA.o of GCC, and no Clang
figure() {
    set -- "$1-x86_64.o" none "$root/build/aarch64-gcc/libordo.a" "$1-aarch64.o" none \
        "$root/build/armv8.1-gcc/libordo.a" "$1-armv8.1.o" none
    "$root/build/host/figure" "$root/build/x86_64-gcc/libordo.a" "$@" > "$out" 2> "$err"
}
shows() { grep -Eq "^ +$1\$" "$out"; }
check "the figure is printed" figure "$scratch/build/demo/gcc"
check "load acquire" shows 'acquire +all the same +mov +ldar +ldar'
check "store seq_cst" shows 'seq_cst +all the same +xchg +stlr +stlr'
check "fetch_add release" shows 'release +all the same +lock xadd +1: ldxr; stlxr; cbnz 1b +ldaddl'
check "fetch_or acq_rel" \
    shows 'acq_rel +all the same +mov; 1: lock cmpxchg; jne 1b +1: ldaxr; stlxr; cbnz 1b +ldsetal'
check "weak compare_exchange: one attempt" \
    shows 'acquire +all the same +lock cmpxchg +ldaxr; b.ne out; stxr +casa'
check "acquire fence" shows 'acquire +all the same +no instruction +dmb ishld +dmb ishld'
check "a compiler that differs says so" grep -q 'gcc .*differs: call  *differs: call' "$out"
check "a missing compiler is left out" grep -q '^clang: left out' "$out"
check "and gets no line" lacks '^ *clang ' "$out"
"$root/build/host/figure" no-such-library b c d e f g h i > "$out" 2> "$err"
check "a missing library is an error" grep -q '^figure: no-such-library: ' "$err"

finish driver
