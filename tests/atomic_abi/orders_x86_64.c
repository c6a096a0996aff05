/* orders_x86_64.c: which orders of a store, a flag's clear and a fence of libordo-atomic wait for
 * earlier stores: the functions are run instruction by instruction, and a locked one is looked for.
 * (All else is one body for all orders, and locked, or is a load, which never needs to be.)
 * Native: an emulator need not know of single steps. Compiled without a red zone.
 */
#include <signal.h>
#include <ucontext.h>

#include "abi.h"

static volatile bool locked;
static volatile unsigned int steps;

/* Is the instruction at hand locked: by the prefix, or an exchange with memory? */
static void step(int signal, siginfo_t *info, void *context)
{
    const unsigned char *code =
        (const unsigned char *)(uintptr_t)((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];

    (void)signal;
    (void)info;
    steps++;
    while (*code == 0x66 || *code == 0xf2 || *code == 0xf3 || (*code & 0xf0) == 0x40)
        code++;
    if (*code == 0xf0 || ((*code == 0x86 || *code == 0x87) && code[1] < 0xc0))
        locked = true;
}

static unsigned int count;

static inline void set_steps(bool on)
{
    if (on)
        __asm__ volatile("pushfq; orl $0x100, (%%rsp); popfq" ::: "memory", "cc");
    else
        __asm__ volatile("pushfq; andl $~0x100, (%%rsp); popfq" ::: "memory", "cc");
}

#define EXPECT(wanted, call)                                                                       \
    do {                                                                                           \
        locked = false;                                                                            \
        steps = 0;                                                                                 \
        set_steps(true);                                                                           \
        call;                                                                                      \
        set_steps(false);                                                                          \
        CHECK(steps > 2, "no single steps");                                                       \
        CHECK(locked == (wanted), "%s, order %d: %slocked", #call, order, locked ? "" : "not ");   \
        count++;                                                                                   \
    } while (0)

#define STORES(size, T)                                                                            \
    EXPECT(waits, abi_store_##size(object, 0, order));                                             \
    EXPECT(waits, abi_store(size, object, value, order));                                          \
    EXPECT(false, (void)abi_load_##size(object, order));                                           \
    EXPECT(true, (void)abi_exchange_##size(object, 0, order));                                     \
    EXPECT(true, (void)abi_compare_exchange_##size(object, value, 0, order, order));               \
    EXPECT(true, (void)abi_add_fetch_##size(object, 0, order));

int main(void)
{
    static const int orders[] = {-1, 0, 1, 2, 3, 4, 5, 6, 7, 0x10002, 0x20003, -2147483647};
    static _Alignas(16) char object[16], value[16];
    struct sigaction action = {.sa_sigaction = step, .sa_flags = SA_SIGINFO};

    sigaction(SIGTRAP, &action, NULL);
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        const int order = orders[i];
        const bool waits = order != 0 && order != 3;

        ABI_SIZES(STORES)
        EXPECT(waits, flag_clear_explicit(object, order));
        EXPECT(true, (void)flag_test_and_set_explicit(object, order));
        EXPECT(true, (void)abi_test_and_set_1(object, order));
        EXPECT(order < 0 || order > 4, thread_fence(order));
        EXPECT(false, signal_fence(order));
    }
    const int order = 5;
    EXPECT(true, flag_clear(object));
    printf("orders: %u functions and orders, run step by step\n", count);
    return 0;
}
