#!/bin/sh
# feature_bytes.sh: what the constructors of features.c have found before main, in static programs, on
# CPU models that differ. (A constructor in an archive member that nobody refers to never runs.) The
# second x86-64 model has AVX in CPUID and a kernel that has not enabled it: no OSXSAVE. The last is of
# a maker who has not promised that aligned 16-byte moves are atomic.
set -eu
cd "$(dirname "$0")/../../.."

passed=0
failed=0
expect() { # expect TARGET CPU MODEL OUTPUT [PROGRAM]
    found=$(toolchains/run "$2" "$3" "build/$1/tests/${5-feature_bytes}" 2>&1) ||
        found="$found, failed"
    if [ "$found" = "$4" ]; then
        passed=$((passed + 1))
        echo "feature bytes of $1 on $3: $found"
    else
        failed=$((failed + 1))
        echo "feature_bytes.sh: $1 on $3: expected \"$4\", found \"$found\""
    fi
}

expect aarch64-fat-gcc aarch64 cortex-a57  "lse 0 lse2 0 rcpc 0"
expect aarch64-fat-gcc aarch64 neoverse-n1 "lse 1 lse2 0 rcpc 1"
expect x86_64-gcc      x86_64  qemu64      "avx 0 waitpkg 0"
expect x86_64-gcc      x86_64  qemu64,+avx "avx 0 waitpkg 0"
expect x86_64-gcc      x86_64  max         "avx 1 waitpkg 0"
expect x86_64-gcc      x86_64  "max,vendor=  Shanghai  " "avx 1 waitpkg 0"
expect x86_64-gcc      x86_64  max,vendor=OfSomeoneNew   "avx 0 waitpkg 0"
expect aarch64-fat-gcc aarch64 cortex-a57  "bit 8: lse
bit 15: rcpc
bit 25: lse2
hwcap: 64 bits" hwcap
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
