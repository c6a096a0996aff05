#!/bin/sh
# all.sh: tests the demonstration: the program on each instruction set, a fault in ordo that it must
# notice, and the driver. Needs what `make demo` builds. HOST_ARCH as for demo/demo.sh.
set -u
. "$(dirname "$0")/report.sh"
host=${HOST_ARCH:-$(uname -m)}

# on TARGET CPU MODEL
on() {
    model=$3
    [ "$2" != "$host" ] || model=native
    tests/demo/count.sh toolchains/run "$2" "$model" "build/$1/demo/count"
}

# An ordo whose add loses every thousandth: the program must see it, and say so by its status.
notices_a_lost_add() {
    faulty=build/demo/faulty
    mkdir -p build/demo
    printf '%s\n' '#include <ordo/atomic.h>' \
        'void __real_ordo_add_u64_relaxed(volatile uint64_t *object, uint64_t value);' \
        'void __wrap_ordo_add_u64_relaxed(volatile uint64_t *object, uint64_t value)' \
        '{' \
        '    static __thread int calls;' \
        '    if (++calls % 1000)' \
        '        __real_ordo_add_u64_relaxed(object, value);' \
        '}' > $faulty.c
    gcc -std=gnu17 -O2 -Iinclude -Wl,--wrap=ordo_add_u64_relaxed -o $faulty \
        demo/count.c $faulty.c "build/$host-gcc/libordo.a" -lpthread || return
    $faulty --passes 20 demo/count.c > $faulty.out 2>&1
    [ $? -eq 1 ] && grep -qx 'The results DIFFER.' $faulty.out
}

check "count on x86-64" on x86_64-gcc x86_64 qemu64
check "count on ARM64" on aarch64-gcc aarch64 cortex-a57
check "count on ARMv8.1" on armv8.1-gcc aarch64 neoverse-n1
check "a lost add is noticed" notices_a_lost_add
check "driver" tests/demo/driver.sh
finish demo
