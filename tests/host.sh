#!/bin/sh
# host.sh: on an ARM64 host the Makefile must use that machine's own tools for ARM64 and cross tools and
# QEMU for x86-64. Asked of `make -n`, which only prints commands, on any machine. Both directions.
set -eu
cd "$(dirname "$0")/.."

passed=0
failed=0
# expect HOST TARGET PATTERN WHAT: the commands that build TARGET on HOST contain a line like PATTERN.
expect() {
    if make -nB --no-print-directory V=1 HOST_ARCH="$1" "$2" 2> /dev/null | grep -Eq -- "$3"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "host.sh: on $1, $2: $4: no line matches: $3"
    fi
}

expect aarch64 build/aarch64-gcc/libordo.a     '^gcc -c .*arch/aarch64/load.S'               "GCC is native"
expect aarch64 build/armv8.1-clang/libordo.a   '^clang -c .*arch/armv8.1/exchange.S'         "Clang is native"
expect aarch64 build/x86_64-gcc/libordo.a      '^x86_64-linux-gnu-gcc -c .*arch/x86_64/'     "x86-64 is cross-compiled"
expect aarch64 build/x86_64-clang/libordo.a    '^clang --target=x86_64-linux-gnu -c '        "Clang crosses to x86-64"
expect aarch64 build/generic-gcc/libordo.a     '^gcc .*arch/generic/atomics.c'               "generic is the host's"
expect aarch64 all                             'build/aarch64-fat-gcc/libordo.a'             "the default is the fat library"
expect aarch64 build/x86_64-gcc/tests/arch     'sysroot x86_64 build/sysroot/x86_64'         "x86-64 gets a sysroot"
expect aarch64 run-test                        'x86_64-gcc@x86_64@qemu64'                       "x86-64 runs under QEMU"
expect aarch64 run-test                        'aarch64-gcc@aarch64@native'                  "ARM64 runs natively"
expect x86_64  build/x86_64-gcc/libordo.a      '^gcc -c .*arch/x86_64/load.S'                "GCC is native"
expect x86_64  build/aarch64-gcc/libordo.a     '^aarch64-linux-gnu-gcc -c .*arch/aarch64/'   "ARM64 is cross-compiled"
expect x86_64  run-test                        'aarch64-gcc@aarch64@cortex-a57'              "LL/SC runs under QEMU"
expect x86_64  run-test                        'armv8.1-gcc@aarch64@neoverse-n1'             "LSE runs under QEMU"

HOST_ARCH=aarch64 toolchains/setup --list | grep -qx gcc-x86-64-linux-gnu ||
    { failed=$((failed + 1)); echo "host.sh: setup on aarch64 does not name the x86-64 compiler"; }

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
