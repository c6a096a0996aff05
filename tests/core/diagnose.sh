#!/usr/bin/env bash
# diagnose.sh: shows that Clang's -Wthread-safety, and warn_unused_result, find wrong programs, and are
# silent about right ones.
#
# Each file of tests/core/wrong must have an error that matches its first line, `// expect: REGEX`, as
# C and as C++; from Clang, or from all that its second line names, `// compilers: gcc clang`. Each
# file of right/ must compile without a word.
set -u
cd "$(dirname "$0")/../.." || exit 1

warnings='-Wall -Wextra -Wpedantic -Wshadow -Werror -Iinclude -c -o /dev/null'
complaints=$(mktemp)
trap 'rm -f "$complaints"' EXIT

# The compilers as command lines: C, then C++.
gcc=('gcc -std=gnu17' 'g++ -x c++ -std=gnu++17')
clang=('clang -Wthread-safety -std=gnu17' 'clang++ -Wthread-safety -x c++ -std=gnu++17')

refuse() { # COMPILER FILE REGEX
    local output
    output=$($1 $warnings "$2" 2>&1)
    grep -qE "error: .*($3)" <<< "$output" ||
        printf '%s\n' "$2: no such error from: $1" "$output" >> "$complaints"
}

accept() { # COMPILER FILE
    local output
    output=$($1 $warnings "$2" 2>&1) && [ -z "$output" ] ||
        printf '%s\n' "$2: not accepted in silence by: $1" "$output" >> "$complaints"
}

# Runs a command beside the others, as many at a time as there are CPUs.
beside() {
    while (($(jobs -pr | wc -l) >= $(nproc))); do wait -n; done
    "$@" &
}

for file in tests/core/wrong/*.c; do
    regex=$(sed -n '1s,^// expect: ,,p' "$file")
    compilers=$(sed -n '2s,^// compilers: ,,p' "$file")
    for name in ${compilers:-clang}; do
        declare -n lines=$name
        for compiler in "${lines[@]}"; do
            beside refuse "$compiler" "$file" "${regex:?$file has no expect line}"
        done
    done
done
for file in tests/core/right/*.c; do
    for compiler in "${gcc[@]}" "${clang[@]}"; do
        beside accept "$compiler" "$file"
    done
done
wait

cat "$complaints"
wrong=(tests/core/wrong/*.c)
right=(tests/core/right/*.c)
echo "${#wrong[@]} wrong programs diagnosed, ${#right[@]} right program accepted," \
    "$(grep -cE ': (no such error|not accepted in silence) ' "$complaints") complaints"
[ ! -s "$complaints" ]
