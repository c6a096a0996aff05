/* stack.c: a stack as a linked list with one compare-exchange per operation (Treiber, 1986), and
 * the ABA problem: between a pop's look at the first node and its exchange, others pop that node
 * and the next one, and push the first back. The exchange finds the pointer it expects, and makes a
 * node the first one that is not on the stack any more. A version beside the pointer that each
 * change counts up makes that exchange fail.
 */
#include "subject.h"

enum fault { relaxed_push = 1, relaxed_look, relaxed_retry, no_version };

struct node {
    ordo_atomic_u32 next; /* atomic: a pop may read it while the node's next owner writes it */
    int owner;            /* plain: 0 on the stack, else who popped it */
};

/* Nodes are named by an index, 0 being none, which leaves room for the version. */
enum { nodes = 3 };
static struct node node[nodes];
static ordo_atomic_u64 top;

static uint32_t index_of(uint64_t value)
{
    return (uint32_t)value;
}

static uint64_t changed(uint64_t from, uint32_t index)
{
    const uint64_t version = seeded(no_version) ? 0 : (from >> 32) + 1;

    return version << 32 | index;
}

static void push(uint32_t index)
{
    uint64_t seen = ordo_load(&top, ordo_relaxed);

    do {
        ordo_store(&node[index].next, index_of(seen), ordo_relaxed);
        /* Release: hands over the node; pairs with the acquires of pop. */
    } while (!ordo_compare_exchange_weak(&top, &seen, changed(seen, index),
                                         unless(relaxed_push, ordo_release), ordo_relaxed));
}

static uint32_t pop(void)
{
    uint64_t seen = ordo_load(&top, unless(relaxed_look, ordo_acquire));

    while (index_of(seen) != 0) {
        const uint32_t next = ordo_load(&node[index_of(seen)].next, ordo_relaxed);

        /* Relaxed: it succeeds on the very store that was seen with acquire. Without a version it
         * may succeed on another one. */
        if (ordo_compare_exchange_weak(&top, &seen, changed(seen, next),
                                       seeded(no_version) ? ordo_acquire : ordo_relaxed,
                                       unless(relaxed_retry, ordo_acquire)))
            break;
    }
    return index_of(seen);
}

static void give(uint32_t index)
{
    node[index].owner = 0;
    push(index);
}

static uint32_t get(int who)
{
    const uint32_t index = pop();

    if (index != 0) {
        model_assert(node[index].owner == 0);
        node[index].owner = who;
    }
    return index;
}

/* ---- Handing over a node --------------------------------------------------------------------- */

static void giver(void)
{
    give(1);
}

static void getter(void)
{
    get(1);
}

static void hand_over(void)
{
    TOGETHER(giver, getter);
}

/* The getter may find node 2 first, lose the race, and learn of node 1 by the failed exchange. */
static void hand_over_again(void)
{
    give(2);
    TOGETHER(giver, getter);
}

/* ---- ABA ------------------------------------------------------------------------------------- */

static void pop_one(void)
{
    get(1);
}

static void pop_two_push_first(void)
{
    const uint32_t first = get(2);

    get(2);
    if (first != 0)
        give(first);
}

static void aba(void)
{
    give(2);
    give(1);
    TOGETHER(pop_one, pop_two_push_first);
    get(3);
}

/* ---- Why a pop may not free its node --------------------------------------------------------- */

struct heap_node {
    ordo_atomic_ptr next;
};
static ordo_atomic_ptr heap_top;

static void pop_and_free(void)
{
    void *seen = ordo_load(&heap_top, ordo_relaxed); /* no ordering would help */

    while (seen != NULL) {
        struct heap_node *const first = seen;
        /* Another pop may have freed it by now. */
        void *const next = ordo_load(&first->next, ordo_relaxed);

        if (ordo_compare_exchange(&heap_top, &seen, next, ordo_relaxed, ordo_relaxed)) {
            free(first);
            break;
        }
    }
}

MODEL_TEST(popped_nodes_freed, .expect = model_use_after_free)
{
    struct heap_node *const first = malloc(sizeof *first);

    *first = (struct heap_node){ORDO_ATOMIC_INIT(NULL)};
    ordo_store(&heap_top, first, ordo_relaxed);
    TOGETHER(pop_and_free, pop_and_free);
}

SOUND(hand_over, .expect = model_passes, .weak_failures = 1)
FAULTY(hand_over, relaxed_push, .expect = model_data_race)
FAULTY(hand_over, relaxed_look, .expect = model_data_race)

SOUND(hand_over_again, .expect = model_passes)
FAULTY(hand_over_again, relaxed_retry, .expect = model_data_race)

SOUND(aba, .expect = model_passes)
FAULTY(aba, no_version, .expect = model_assertion)
