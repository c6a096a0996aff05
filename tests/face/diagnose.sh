#!/usr/bin/env bash
# diagnose.sh: shows that atomic.h refuses wrong programs, with a message, and takes right ones in
# silence.
#
# Each file of tests/face/wrong must have an error that matches its first line, `// expect: REGEX`,
# as C and as C++, without and with optimisation. (All are compiled as one program, to save time; an
# error counts where its line says it is.) Each file of right/ must compile without a word under the
# strictest warnings, .c as C and C++, .cc as C++; one that begins with `// calls: SYMBOLS` must at
# -O2 refer to those symbols only. Arguments: CC CXX (default: GCC's, then Clang's).
set -u
cd "$(dirname "$0")/../.." || exit 1
[ $# -eq 2 ] || set -- gcc g++ clang clang++

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
warnings='-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror'

for file in tests/face/wrong/*.c; do
    printf '#define wrong %s\n#include "%s"\n#undef wrong\n' "$(basename "$file" .c)" "$file"
done > "$scratch/wrong.c"

refuse() { # COMPILER WORDS...
    local file regex errors
    local options=-ftrack-macro-expansion=0 # GCC: the line in the program, not in the header
    if "$1" --version | grep -q clang; then options=-ferror-limit=0; fi
    errors=$("$@" $options -Iinclude -fsyntax-only - < "$scratch/wrong.c" 2>&1 | grep ' error: ')
    for file in tests/face/wrong/*.c; do
        regex=$(sed -n '1s,^// expect: ,,p' "$file")
        regex="$file:[0-9]+:[0-9]+: error: .*(${regex:?$file has no expect line})"
        grep -qE "$regex" <<< "$errors" ||
            { echo "$file: no such error from: $*"; grep -F "$file:" <<< "$errors"; }
    done
}

accept() { # COMPILER WORDS... FILE
    local file=${!#} object=$scratch/$BASHPID.o output calls
    if ! output=$("$@" $warnings -Iinclude -c -o "$object" 2>&1) || [ -n "$output" ]; then
        printf '%s: not accepted in silence by: %s\n%s\n' "$file" "$*" "$output"
        return
    fi
    calls=$(sed -n '1s,^// calls: ,,p' "$file" | tr ' ' '\n' | sort)
    if [[ -n $calls && " $* " == *' -O2 '* ]]; then
        output=$(nm -u "$object" | awk '{ print $2 }' | grep -v _GLOBAL_OFFSET_TABLE_ | sort)
        [ "$output" = "$calls" ] || printf '%s: %s calls:\n%s\n' "$file" "$*" "$output"
    fi
}

while [ $# -gt 0 ]; do
    for optimisation in -O0 -O2; do
        refuse $1 -x c -std=c17 $optimisation
        refuse $2 -x c++ -std=c++17 $optimisation
        for file in tests/face/right/*.c; do
            accept $1 -std=c17 $optimisation "$file"
            accept $1 -std=gnu17 $optimisation "$file"
            accept $2 -x c++ -std=c++17 $optimisation "$file"
        done
        for file in tests/face/right/*.cc; do
            accept $2 -std=c++17 $optimisation "$file"
        done
    done
    shift 2
done > "$scratch/complaints"

if [ -s "$scratch/complaints" ]; then
    cat "$scratch/complaints"
    exit 1
fi
wrong=(tests/face/wrong/*)
right=(tests/face/right/*)
echo "${#wrong[@]} programs diagnosed, ${#right[@]} accepted"
