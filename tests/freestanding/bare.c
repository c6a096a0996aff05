/* bare.c: a program without a C library on libordo-freestanding.a, as a kernel or firmware is; its
 * console is write(2), its other CPU is a thread. freestanding.sh runs it:
 *
 *   bare            every lock, alone and beside the other; 128 bits; copies. Exit status 0, or the
 *                   number of the line that failed
 *   bare misuse     unlocks what is not locked
 *   bare order      a wrong ordering, known only at run time
 *   bare deadline   waits with a deadline, without a clock
 *
 * OWN_PANIC has a panic of its own, which writes the line and exits with 3; else the library's
 * traps.
 */
#include "ordo/freestanding.h"

#include "bare.h"

#ifdef __x86_64__
enum { sys_write = 1, sys_exit = 231 };
#else
enum { sys_write = 64, sys_exit = 94 };
#endif

static void print(const char *text)
{
    size_t length = 0;

    while (text[length] != '\0')
        length++;
    bare_call(sys_write, 1, (long)text, (long)length, 0, 0);
}

__attribute__((noreturn)) static void end(int status)
{
    for (;;)
        bare_call(sys_exit, status, 0, 0, 0, 0);
}

#ifdef OWN_PANIC
void ordo_panic(const char *what)
{
    print("panic: ");
    print(what);
    print("\n");
    end(3);
}
#endif

/* The line is the exit status, of which 8 bits arrive. */
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            end(__LINE__);                                                                         \
    } while (0)

/* ---- What both work on ----------------------------------------------------------------------- */

enum { rounds = 2000 };

struct pair {
    uint64_t low, high;
};

static ordo_spin_lock spin = ORDO_SPIN_LOCK_INIT;
static ordo_ticket_lock ticket = ORDO_TICKET_LOCK_INIT;
static ordo_mcs_lock mcs = ORDO_MCS_LOCK_INIT;
static ORDO_SEQUENCE_LOCK(struct pair) sequence;
static ordo_process_shared_mutex mutex = ORDO_PROCESS_SHARED_MUTEX_INIT;
static unsigned int under_spin, under_ticket, under_mcs, under_mutex; /* plain: the locks' own */
static ordo_atomic_u128 wide;
static ordo_atomic_u32 count, torn;

static void work(void)
{
    for (unsigned int i = 0; i < rounds; i++) {
        {
            ORDO_SPIN_LOCK_GUARD(&spin);
            under_spin++;
        }
        {
            ORDO_TICKET_LOCK_GUARD(&ticket);
            under_ticket++;
        }
        {
            ORDO_MCS_LOCK_GUARD(&mcs);
            under_mcs++;
        }
        {
            ORDO_PROCESS_SHARED_MUTEX_GUARD(&mutex);
            under_mutex++;
        }
        ORDO_SEQUENCE_LOCK_SCOPE(p, &sequence) {
            p->low++;
            p->high = ~p->low;
        }
        struct pair seen;
        ordo_sequence_lock_get(&sequence, &seen);
        if (seen.high != ~seen.low)
            ordo_add(&torn, 1, ordo_relaxed);
        ordo_fetch_add(&wide, (ordo_u128)1 << 64 | 1, ordo_relaxed);
        ordo_fetch_add(&count, 1, ordo_seq_cst);
        ordo_thread_fence(ordo_seq_cst);
    }
}

static ordo_atomic_bool other_is_done;

static void other(void)
{
    work();
    ordo_store(&other_is_done, true, ordo_release);
}

/* ---- Alone ----------------------------------------------------------------------------------- */

static void locks_alone(void)
{
    struct ordo_mcs_node node, second;
    struct pair value = {1, ~UINT64_C(1)}, seen;

    CHECK(ordo_spin_lock_try_lock(&spin));
    CHECK(!ordo_spin_lock_try_lock(&spin));
    ordo_spin_lock_unlock(&spin);

    CHECK(ordo_ticket_lock_try_lock(&ticket));
    CHECK(!ordo_ticket_lock_try_lock(&ticket));
    ordo_ticket_lock_unlock(&ticket);

    CHECK(ordo_mcs_lock_try_lock(&mcs, &node));
    CHECK(!ordo_mcs_lock_try_lock(&mcs, &second));
    ordo_mcs_lock_unlock(&mcs, &node);

    CHECK(ordo_sequence_lock_try_lock(&sequence.lock));
    CHECK(!ordo_sequence_lock_try_lock(&sequence.lock));
    ordo_sequence_lock_write(&sequence.lock, &sequence.data, &value, sizeof value);
    ordo_sequence_lock_unlock(&sequence.lock);
    CHECK(ordo_sequence_lock_try_get(&sequence, &seen));
    CHECK(seen.low == 1 && seen.high == value.high);
    value = (struct pair){0, ~UINT64_C(0)};
    ordo_sequence_lock_set(&sequence, &value);
}

static void wide_alone(void)
{
    const ordo_u128 first = (ordo_u128)0x0123456789abcdef << 64 | 0xfedcba9876543210;
    ordo_u128 expected = 0;

    ordo_store(&wide, first, ordo_seq_cst);
    CHECK(ordo_load(&wide, ordo_seq_cst) == first);
    CHECK(!ordo_compare_exchange(&wide, &expected, 1, ordo_acq_rel, ordo_acquire));
    CHECK(expected == first);
    CHECK(ordo_exchange(&wide, 5, ordo_full) == first);
    ordo_store(&wide, 0, ordo_release);
    CHECK(ordo_load(&wide, ordo_relaxed) == 0);
}

/* On the fat ARM64 library the program sets the byte, here from the kernel's HWCAP: what a kernel
 * reads from its registers. */
static void set_features(const unsigned long *stack)
{
    const unsigned long *word = stack + 1 + stack[0] + 1; /* behind argc, argv and its NULL */

    CHECK(!ordo_cpu_has(ordo_cpu_waitpkg) && !ordo_cpu_has(ordo_cpu_lse));
    while (*word != 0)
        word++;
    for (word++; word[0] != 0; word += 2)
        if (word[0] == 16)
            ordo_cpu_force(ordo_cpu_lse, (word[1] & 1UL << 8) != 0);
    if (ordo_cpu_has(ordo_cpu_lse))
        print("with LSE: ");
}

static bool asks_for(const unsigned long *stack, const char *what)
{
    const char *argument = (const char *)stack[2];

    if (stack[0] < 2)
        return false;
    while (*what != '\0' && *argument == *what)
        argument++, what++;
    return *argument == *what;
}

static char other_stack[16384] __attribute__((aligned(16)));

void bare_start(const unsigned long *stack)
{
    volatile enum ordo_order order = ordo_release;

    set_features(stack);
    if (asks_for(stack, "misuse"))
        ordo_spin_lock_unlock(&spin);
    if (asks_for(stack, "order"))
        ordo_load(&count, order);
    if (asks_for(stack, "deadline")) {
        ordo_sequence_lock_lock(&sequence.lock);
        end(ordo_sequence_lock_lock_until(&sequence.lock, 1));
    }
    locks_alone();
    wide_alone();

    CHECK(bare_spawn(other_stack + sizeof other_stack, other) > 0);
    work();
    while (!ordo_load(&other_is_done, ordo_acquire))
        ordo_thread_yield();

    CHECK(under_spin == 2 * rounds);
    CHECK(under_ticket == 2 * rounds);
    CHECK(under_mcs == 2 * rounds);
    CHECK(under_mutex == 2 * rounds);
    CHECK(sequence.data.low == 2 * rounds && ordo_load(&torn, ordo_relaxed) == 0);
    CHECK(ordo_load(&wide, ordo_relaxed) == ((ordo_u128)(2 * rounds) << 64 | 2 * rounds));
    CHECK(ordo_load(&count, ordo_relaxed) == 2 * rounds);
    print("every lock held\n");
    end(0);
}
