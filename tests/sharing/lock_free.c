/* lock_free.c: the stack and the queue without locks, with each reclamation scheme: order,
 * each element out once, and whole; no memory; what is left is destroyed. */
#include <criterion/criterion.h>
#include <errno.h>

#include "census.h"
#include "domain.h"
#include "ordo/ordo.h"
#include "rounds.h"
#include "threads.h"

TestSuite(lock_free, .timeout = 60);

struct element {
    uint32_t number;
    uint32_t producer;
    uint64_t complement; /* of the number */
    unsigned char odd;   /* no size that a register has */
};

static ordo_atomic_u32 destroyed;

static struct element element_of(uint32_t producer, uint32_t number)
{
    return (struct element){number, producer, ~(uint64_t)number, 7};
}

static bool is_whole(const struct element *element)
{
    return element->complement == ~(uint64_t)element->number && element->odd == 7;
}

static void destroy(void *element)
{
    ordo_fetch_add(&destroyed, is_whole(element), ordo_relaxed);
}

static struct census census;
static const struct ordo_element_type type = {sizeof(struct element), destroy, NULL,
                                              &census.allocator};
static struct domain domain;
static ordo_lock_free_stack stack = ORDO_LOCK_FREE_STACK_INIT(&type);
static ordo_lock_free_queue queue = ORDO_LOCK_FREE_QUEUE_INIT(queue, &type);

/* ---- One test for both ----------------------------------------------------------------------- */

struct kind {
    const char *name;
    int (*put)(ordo_participant *self, const struct element *element);
    bool (*take)(ordo_participant *self, struct element *element);
    void (*destroy)(void);
    bool is_queue;
};

static int put_on_stack(ordo_participant *self, const struct element *element)
{
    (void)self;
    return ordo_lock_free_stack_push(&stack, element);
}

static bool take_from_stack(ordo_participant *self, struct element *element)
{
    return ordo_lock_free_stack_pop(&stack, self, element);
}

static void destroy_stack(void)
{
    ordo_lock_free_stack_destroy(&stack);
}

static int put_in_queue(ordo_participant *self, const struct element *element)
{
    return ordo_lock_free_queue_enqueue(&queue, self, element);
}

static bool take_from_queue(ordo_participant *self, struct element *element)
{
    return ordo_lock_free_queue_dequeue(&queue, self, element);
}

static void destroy_queue(void)
{
    ordo_lock_free_queue_destroy(&queue);
}

static const struct kind kinds[] = {
    {"stack", put_on_stack, take_from_stack, destroy_stack, false},
    {"queue", put_in_queue, take_from_queue, destroy_queue, true},
};

#define FOR_EACH_KIND(kind)                                                                        \
    FOR_EACH_SCHEME (scheme)                                                                       \
        for (const struct kind *kind = kinds; kind < kinds + sizeof kinds / sizeof *kinds; kind++)

static void start(enum domain_scheme scheme)
{
    census_start(&census);
    domain_start(&domain, scheme, &census.allocator);
    ordo_store(&destroyed, 0, ordo_relaxed);
}

/* With `left` elements in it. */
static void end(const struct kind *kind, uint32_t left)
{
    kind->destroy();
    domain_destroy(&domain);
    cr_expect(ordo_load(&destroyed, ordo_relaxed) == left, "%s: %u of %u destroyed", kind->name,
              ordo_load(&destroyed, ordo_relaxed), left);
    cr_expect(ordo_load(&census.live, ordo_relaxed) == 0, "%s", kind->name);
}

Test(lock_free, order)
{
    FOR_EACH_KIND (kind) {
        struct element element;

        start(scheme);
        ordo_participant *self = domain_register(&domain);
        for (int turn = 0; turn < 2; turn++) { /* empty and full again */
            cr_expect(!kind->take(self, &element), "%s: empty", kind->name);
            for (uint32_t i = 0; i < 100; i++) {
                element = element_of(0, i);
                cr_assert(kind->put(self, &element) == 0);
            }
            for (uint32_t i = 0; i < 100; i++) {
                cr_assert(kind->take(self, &element) && is_whole(&element));
                cr_expect(element.number == (kind->is_queue ? i : 99 - i), "%s", kind->name);
            }
            domain_announce(&domain, self);
        }
        cr_expect(!kind->take(self, &element), "%s: empty", kind->name);
        ordo_participant_unregister(&self);
        end(kind, 0);
    }
}

Test(lock_free, stack_is_empty)
{
    const struct element element = element_of(0, 1);

    start(hazard);
    cr_expect(ordo_lock_free_stack_is_empty(&stack));
    cr_expect(ordo_lock_free_stack_push(&stack, &element) == 0);
    cr_expect(!ordo_lock_free_stack_is_empty(&stack));
    end(&kinds[0], 1);
    cr_expect(ordo_lock_free_stack_is_empty(&stack));
}

Test(lock_free, queue_by_init)
{
    static ordo_lock_free_queue other;
    struct element element = element_of(0, 1);

    start(hazard);
    ordo_participant *self = domain_register(&domain);
    ordo_lock_free_queue_init(&other, &type);
    cr_expect(sizeof other == 256 && sizeof stack == 16);
    cr_expect(ordo_lock_free_queue_enqueue(&other, self, &element) == 0);
    element.number = 0;
    cr_expect(ordo_lock_free_queue_dequeue(&other, self, &element) && element.number == 1);
    cr_expect(!ordo_lock_free_queue_dequeue(&other, self, &element));
    ordo_lock_free_queue_destroy(&other);
    ordo_participant_unregister(&self);
    end(&kinds[1], 0);
}

/* Some were taken, others are left, and the structure is used again after its end. */
Test(lock_free, what_is_left_is_destroyed)
{
    FOR_EACH_KIND (kind) {
        struct element element;

        start(scheme);
        ordo_participant *self = domain_register(&domain);
        for (int turn = 0; turn < 2; turn++) {
            for (uint32_t i = 0; i < 10; i++) {
                element = element_of(0, i);
                cr_assert(kind->put(self, &element) == 0);
            }
            for (uint32_t i = 0; i < 3; i++)
                cr_expect(kind->take(self, &element));
            kind->destroy();
            cr_expect(!kind->take(self, &element));
        }
        ordo_participant_unregister(&self);
        end(kind, 14);
    }
}

Test(lock_free, no_memory)
{
    FOR_EACH_KIND (kind) {
        for (unsigned int call = 1; census_fails(&census, call); call++) {
            struct element element;
            uint32_t in = 0;

            domain_start(&domain, scheme, NULL);
            ordo_store(&destroyed, 0, ordo_relaxed);
            ordo_participant *self = domain_register(&domain);
            for (uint32_t i = 0; i < 4; i++) {
                element = element_of(0, i);
                const int error = kind->put(self, &element);
                cr_expect(error == (i + 1 == call ? ENOMEM : 0));
                in += error == 0;
            }
            cr_expect(kind->take(self, &element) && is_whole(&element));
            ordo_participant_unregister(&self);
            end(kind, in - 1);
        }
    }
}

/* ---- Several threads ------------------------------------------------------------------------- */

enum { threads = 4 };

struct crowd {
    const struct kind *kind;
    uint32_t rounds;
    ordo_atomic_u32 broken, out_of_order;
    ordo_atomic_u64 sum, count;
};

struct taker {
    uint32_t next[threads]; /* of each producer the least number that may come */
    uint64_t sum, count;
};

static bool take_one(struct crowd *crowd, ordo_participant *self, struct taker *taker)
{
    struct element element;

    if (!crowd->kind->take(self, &element))
        return false;
    if (!is_whole(&element) || element.producer >= threads) {
        ordo_fetch_add(&crowd->broken, 1, ordo_relaxed);
        return true;
    }
    if (element.number < taker->next[element.producer])
        ordo_fetch_add(&crowd->out_of_order, 1, ordo_relaxed);
    taker->next[element.producer] = element.number + 1;
    taker->sum += (uint64_t)element.producer * crowd->rounds + element.number;
    taker->count++;
    return true;
}

/* Puts in and takes out, now more of the one, now more of the other. */
static void put_and_take(unsigned thread, void *shared)
{
    struct crowd *const crowd = shared;
    ordo_participant *self = domain_register(&domain);
    struct taker taker = {.sum = 0};

    for (uint32_t i = 0; i < crowd->rounds; i++) {
        const struct element element = element_of(thread, i);

        if (crowd->kind->put(self, &element) != 0)
            abort();
        if (i % 8 < 4)
            continue;
        take_one(crowd, self, &taker);
        take_one(crowd, self, &taker);
        domain_announce(&domain, self);
    }
    while (take_one(crowd, self, &taker))
        domain_announce(&domain, self);
    ordo_add(&crowd->sum, taker.sum, ordo_relaxed);
    ordo_add(&crowd->count, taker.count, ordo_relaxed);
    ordo_participant_unregister(&self);
}

Test(lock_free, each_out_once)
{
    FOR_EACH_KIND (kind) {
        struct crowd crowd = {.kind = kind, .rounds = test_rounds(20)};
        const uint64_t all = (uint64_t)threads * crowd.rounds;

        start(scheme);
        run_threads(threads, put_and_take, &crowd);
        cr_expect(ordo_load(&crowd.count, ordo_relaxed) == all, "%s", kind->name);
        cr_expect(ordo_load(&crowd.sum, ordo_relaxed) == all * (all - 1) / 2, "%s", kind->name);
        cr_expect(ordo_load(&crowd.broken, ordo_relaxed) == 0, "%s", kind->name);
        if (kind->is_queue)
            cr_expect(ordo_load(&crowd.out_of_order, ordo_relaxed) == 0);
        end(kind, 0);
    }
}

/* Few elements and many threads: what was taken comes back at once, so that addresses are used
 * again while others are at them, if anything allows it. */
static void take_two_and_put_back(unsigned thread, void *shared)
{
    struct crowd *const crowd = shared;
    ordo_participant *self = domain_register(&domain);

    (void)thread;
    for (uint32_t i = 0; i < crowd->rounds; i++) {
        struct element first, second;
        const bool has_first = crowd->kind->take(self, &first);
        const bool has_second = crowd->kind->take(self, &second);

        if ((has_first && (!is_whole(&first) || crowd->kind->put(self, &first) != 0))
            || (has_second && (!is_whole(&second) || crowd->kind->put(self, &second) != 0)))
            ordo_fetch_add(&crowd->broken, 1, ordo_relaxed);
        domain_announce(&domain, self);
    }
    ordo_participant_unregister(&self);
}

Test(lock_free, few_elements_go_around)
{
    enum { few = 3 };

    FOR_EACH_KIND (kind) {
        struct crowd crowd = {.kind = kind, .rounds = test_rounds(20)};
        struct element element;
        uint32_t numbers = 0;

        start(scheme);
        ordo_participant *self = domain_register(&domain);
        for (uint32_t i = 0; i < few; i++) {
            element = element_of(0, i);
            cr_assert(kind->put(self, &element) == 0);
        }
        domain_announce(&domain, self);
        ordo_participant_unregister(&self);
        run_threads(threads, take_two_and_put_back, &crowd);
        self = domain_register(&domain);
        for (uint32_t i = 0; i < few; i++) {
            cr_assert(kind->take(self, &element), "%s", kind->name);
            numbers |= 1u << element.number;
        }
        cr_expect(numbers == 7 && !kind->take(self, &element), "%s", kind->name);
        cr_expect(ordo_load(&crowd.broken, ordo_relaxed) == 0, "%s", kind->name);
        ordo_participant_unregister(&self);
        end(kind, 0);
    }
}
