#!/usr/bin/env bash
# user.sh: is what the README tells users true? Its example and its recipe for ARM64 are taken from it
# and run as they stand. (What is installed is tests/install/install.sh's.)
set -euo pipefail
cd "$(dirname "$0")/../.."
ORDO=$PWD
export ORDO
work=$(mktemp -d)
trap 'echo "user.sh: line $LINENO failed"' ERR
trap 'rm -rf "$work"' EXIT
unset MAKEFLAGS MFLAGS MAKEOVERRIDES

passed=0
# said WHAT OUTPUT TIMES: the program's line is in OUTPUT so many times.
said() {
    local lines
    lines=$(grep -c '^hello from 4000$' <<< "$2") || true
    if [ "$lines" -ne "$3" ]; then
        echo "user.sh: $1: expected \"hello from 4000\" $3 times, got: $2"
        exit 1
    fi
    passed=$((passed + 1))
}

# The first block of the README in a language, from a heading on.
block() {
    sed -n "/^## $1/,\$p" README.md | sed -n "/^\`\`\`$2\$/,/^\`\`\`\$/p" | sed '1d; /^```$/,$d'
}

mkdir "$work/project"
block "Twenty lines" c > "$work/project/hello.c"
block "Cross-compile" sh > "$work/project/recipe.sh"

cd "$work/project"
said "the README's recipe" "$(sh -eu recipe.sh 2>&1)" 2

echo "$passed passed, 0 failed"
