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
complaints=0
complain() {
    printf '%s\n' "$@"
    complaints=$((complaints + 1))
}

# The compilers as command lines: C, then C++.
gcc=('gcc -std=gnu17' 'g++ -x c++ -std=gnu++17')
clang=('clang -Wthread-safety -std=gnu17' 'clang++ -Wthread-safety -x c++ -std=gnu++17')

for file in tests/core/wrong/*.c; do
    regex=$(sed -n '1s,^// expect: ,,p' "$file")
    compilers=$(sed -n '2s,^// compilers: ,,p' "$file")
    for name in ${compilers:-clang}; do
        declare -n lines=$name
        for compiler in "${lines[@]}"; do
            output=$($compiler $warnings "$file" 2>&1)
            grep -qE "error: .*(${regex:?$file has no expect line})" <<< "$output" ||
                complain "$file: no such error from: $compiler" "$output"
        done
    done
done
for file in tests/core/right/*.c; do
    for compiler in "${gcc[@]}" "${clang[@]}"; do
        output=$($compiler $warnings "$file" 2>&1) && [ -z "$output" ] ||
            complain "$file: not accepted in silence by: $compiler" "$output"
    done
done

wrong=(tests/core/wrong/*.c)
right=(tests/core/right/*.c)
echo "${#wrong[@]} wrong programs diagnosed, ${#right[@]} right program accepted," \
    "$complaints complaints"
[ "$complaints" -eq 0 ]
