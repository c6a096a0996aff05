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

# An ordo whose channel loses every thousandth message: the program must see it, and say so by its
# status.
notices_a_lost_message() {
    faulty=build/demo/faulty
    mkdir -p build/demo
    printf '%s\n' '#include <ordo/channel.h>' \
        'int __real_ordo_channel_receive(ordo_channel_receiver *receiver, void *message);' \
        'int __wrap_ordo_channel_receive(ordo_channel_receiver *receiver, void *message)' \
        '{' \
        '    static __thread int calls;' \
        '    int error = __real_ordo_channel_receive(receiver, message);' \
        '    return ++calls % 1000 ? error : __real_ordo_channel_receive(receiver, message);' \
        '}' > $faulty.c
    set -- ordo_channel_receive ordo_futex_wait ordo_futex_wait_until ordo_futex_wait_bitset \
        ordo_futex_wake ordo_futex_wake_bitset
    # shellcheck disable=SC2046 # options are words
    gcc -std=gnu17 -O2 -Iinclude $(printf -- '-Wl,--wrap=%s ' "$@") -o $faulty \
        demo/count.c $faulty.c "build/$host-gcc/libordo.a" -lpthread || return
    $faulty --passes 20 demo/count.c > $faulty.out 2>&1
    [ $? -eq 1 ] && grep -qx 'The results DIFFER.' $faulty.out
}

check "count on x86-64" on x86_64-gcc x86_64 qemu64
check "count on ARM64" on aarch64-gcc aarch64 cortex-a57
check "count on ARMv8.1" on armv8.1-gcc aarch64 neoverse-n1
check "a lost message is noticed" notices_a_lost_message
check "driver" tests/demo/driver.sh
finish demo
