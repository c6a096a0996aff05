#!/bin/sh
# feature_bytes.sh: in a static program too the fat library must have asked the kernel before main: the
# LSE byte is set on a CPU that has LSE, and clear on one that has not. (A constructor in an archive
# member that nobody refers to never runs: see features.c.)
set -eu
cd "$(dirname "$0")/../../.."

program=build/aarch64-fat-gcc/tests/feature_bytes
passed=0
failed=0
expect() { # expect MODEL LINE
    found=$(toolchains/run aarch64 "$1" "$program")
    if [ "$found" = "$2" ]; then
        passed=$((passed + 1))
        echo "feature bytes on $1: $found"
    else
        failed=$((failed + 1))
        echo "feature_bytes.sh: on $1: expected \"$2\", found \"$found\""
    fi
}

expect cortex-a57  "lse 0 lse2 0 rcpc 0"
expect neoverse-n1 "lse 1 lse2 0 rcpc 1"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
