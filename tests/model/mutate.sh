#!/usr/bin/env bash
# mutate.sh: does every ordering of a file have a model test that needs it? Weakens each one in turn
# (mutants.awk says how) in a copy of the sources, and runs the model tests of the file on the
# result. A mutant is killed if the verdict of some test is not what that test expects. A survivor
# means a test that is missing, or an ordering stronger than it need be; equivalent.tbl lists those
# that are neither, each with its reason. Called by `make mutate FILE=...`.
#
#   mutate.sh FILE [PATTERN]    FILE: core/x.c, a header, or tests/model/x.c; with PATTERN only
#                               mutants whose description contains it
#
# The tests of a file are tests/model/<its name>*.c, and for a header also those that include it.
# The exit status is 0 if all mutants are killed or listed, and none is listed in vain.
set -u
export LC_ALL=C
cd "$(dirname "$0")/../.." || exit 2

file=${1-}
pattern=${2-}
patience=${PATIENCE:-60} # seconds for one test program
case $file in
    *.[ch]) [ -f "$file" ] || { echo "mutate.sh: no such file: $file" >&2; exit 2; } ;;
    *) echo "usage: make mutate FILE=core/x.c (or a header, or tests/model/x.c)" >&2; exit 2 ;;
esac

if [[ $file == core/* && -f arch/model/${file#core/} ]]; then
    echo "mutate.sh: the model tests never run $file: the checker has its own (arch/model)" >&2
    exit 2
fi

name=$(basename "${file%.*}")
name=${name%_word} # core/x_word.h has what the files x share
case $file in
    tests/model/*.c) tests=$name ;;
    *) tests=$({ ls tests/model/"$name"*.c
                 grep -lE "^#include [<\"](.*/)?$name\.h[>\"]" tests/model/*.c
               } 2> /dev/null | xargs -rn1 basename -s .c | sort -u) ;;
esac
[ -n "$tests" ] || { echo "mutate.sh: $file has no model tests" >&2; exit 2; }

table=$PWD/tests/model/equivalent.tbl
original=$PWD/$file
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z --cached --others --exclude-standard | xargs -0 cp -p --parents -t "$copy"
mkdir -p "$copy/build"
[ ! -d build/model ] || cp -a build/model "$copy/build/model"
cd "$copy" || exit 2
unset MAKEFLAGS MFLAGS MAKEOVERRIDES

# The first test that is not as expected, and what was found instead, from the table in run.log.
verdict() {
    sed -nE '/NOT AS EXPECTED/{s/ +[0-9]+ +[0-9]+ .*//; s/^([^ ]+) +/\1: expected /; s/  +/, found /
        p; q}' run.log
}

# Builds and runs the tests; prints `same`, or what came out instead.
examine() {
    local test
    : > bounds.log
    # shellcheck disable=SC2046,SC2086 # one word per test
    if ! ${MAKE:-make} $(printf 'build/model/%s ' $tests) > build.log 2>&1; then
        echo "does not compile"
        return
    fi
    for test in $tests; do
        timeout "$patience" "build/model/$test" > run.log 2>&1
        case $? in
            0) cat run.log >> bounds.log ;;
            124) echo "not decided in $patience s"; return ;;
            1) echo "killed by $(verdict)"; return ;;
            *) echo "the checker itself failed: $(tail -n 1 run.log)"; return ;;
        esac
    done
    echo same
}

# The reason that equivalent.tbl has for a mutant of LINE with DESCRIPTION, or nothing.
listed() {
    awk -F' *[|] *' -v file="$file" -v text="$(sed -n "$1p" "$original")" -v mutation="$2" '
        $1 == file && index(text, $2) && $3 == mutation { print $4; exit }' "$table"
}

# A test that fails without a mutation would make the report a lie.
result=$(examine)
if [ "$result" != same ]; then
    cat build.log run.log
    echo "mutate.sh: without a mutation: $result" >&2
    exit 2
fi
echo "$file: the tests, and how far each explores:"
sed 's/^/    /' bounds.log

mutants=0
killed=0
equivalent=0
wrong=0
while IFS='|' read -r line offset size replacement description; do
    { head -c "$offset" "$original"
      printf '%s' "$replacement"
      tail -c +$((offset + size + 1)) "$original"
    } > "$file"
    mutants=$((mutants + 1))
    result=$(examine)
    reason=$(listed "$line" "$description")
    if [[ $result == killed* && -z $reason ]]; then
        killed=$((killed + 1))
    elif [[ $result == same && -n $reason ]]; then
        equivalent=$((equivalent + 1))
        result="equivalent: $reason"
    else
        wrong=$((wrong + 1))
        case $result in
            killed*) result="LISTED AS EQUIVALENT, but $result" ;;
            same) result=SURVIVED ;;
            *) result="UNDECIDED: $result" ;;
        esac
    fi
    echo "$file:$line: $description: $result"
done < <(awk -f tests/model/mutants.awk "$original" | sort -n | grep -F -- "$pattern")

rows=$(awk -F' *[|] *' -v file="$file" '$1 == file' "$table" | wc -l)
if [ -z "$pattern" ] && [ "$rows" -ne "$equivalent" ]; then
    wrong=$((wrong + 1))
    echo "$file: equivalent.tbl has $rows rows for it, but $equivalent mutants are equivalent"
fi
echo "$file: $mutants mutants: $killed killed, $equivalent equivalent, $wrong to look at"
[ "$wrong" -eq 0 ]
