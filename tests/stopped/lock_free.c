/* lock_free.c: the stack, the queue and the list beside a thread that is stopped inside an
 * operation, after each atomic operation in turn: all operations of others still succeed, and in
 * the end each element was out once and is destroyed. That is what lock-free means. Memory that was
 * released is given out again as soon as can be, so that a stopped thread which is at freed memory
 * finds another node there (ABA). */
#include <criterion/criterion.h>
#include <string.h>

#include "census.h"
#include "domain.h"
#include "ordo/ordo.h"
#include "stopped.h"

TestSuite(stopped_lock_free, .timeout = 60);

/* ---- Memory that comes back ------------------------------------------------------------------ */

static struct census census;

enum { ring_size = 64, released = 0x5a };

/* What was released, the oldest first; only one thread runs at a time. */
static struct block {
    void *memory;
    size_t size;
} ring[ring_size];
static unsigned int ring_count;

static void take_from_ring(unsigned int at)
{
    ring_count--;
    memmove(&ring[at], &ring[at + 1], (ring_count - at) * sizeof *ring);
}

static void *allocate(void *context, size_t size, size_t alignment)
{
    (void)context;
    for (unsigned int at = 0; at < ring_count; at++)
        if (ring[at].size == size) {
            void *const memory = ring[at].memory;
            take_from_ring(at);
            return memory;
        }
    return ordo_allocate(&census.allocator, size, alignment);
}

static void deallocate(void *context, void *memory, size_t size)
{
    (void)context;
    cr_assert(ring_count < ring_size);
    memset(memory, released, size);
    ring[ring_count++] = (struct block){memory, size};
}

static void empty_ring(void)
{
    while (ring_count > 0) {
        ordo_deallocate(&census.allocator, ring[0].memory, ring[0].size);
        take_from_ring(0);
    }
}

static const struct ordo_allocator allocator = {allocate, deallocate, NULL};

/* ---- Elements -------------------------------------------------------------------------------- */

static struct domain domain;
static ordo_participant *self;
static ordo_atomic_u32 out; /* the sum of what was popped, dequeued or destroyed */

static void destroy(void *element)
{
    ordo_add(&out, *(uint32_t *)element, ordo_relaxed);
}

static int compare(const void *a, const void *b)
{
    const uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

    return (left > right) - (left < right);
}

static const struct ordo_element_type type = {sizeof(uint32_t), destroy, compare, &allocator};
static ordo_lock_free_stack stack = ORDO_LOCK_FREE_STACK_INIT(&type);
static ordo_lock_free_queue queue = ORDO_LOCK_FREE_QUEUE_INIT(queue, &type);
static ordo_lock_free_list list = ORDO_LOCK_FREE_LIST_INIT(&type);

/* ---- What is done, by the thread that stops and beside it ------------------------------------ */

static void push(ordo_participant *participant, uint32_t element)
{
    (void)participant;
    cr_assert(ordo_lock_free_stack_push(&stack, &element) == 0);
}

static void pop(ordo_participant *participant)
{
    uint32_t element = 0;

    (void)!ordo_lock_free_stack_pop(&stack, participant, &element);
    ordo_add(&out, element, ordo_relaxed);
}

static void enqueue(ordo_participant *participant, uint32_t element)
{
    cr_assert(ordo_lock_free_queue_enqueue(&queue, participant, &element) == 0);
}

static void dequeue(ordo_participant *participant)
{
    uint32_t element = 0;

    (void)!ordo_lock_free_queue_dequeue(&queue, participant, &element);
    ordo_add(&out, element, ordo_relaxed);
}

static void insert(ordo_participant *participant, uint32_t element)
{
    cr_assert(ordo_lock_free_list_insert(&list, participant, &element) == 0);
}

static bool take_out(ordo_participant *participant, uint32_t element)
{
    return ordo_lock_free_list_remove(&list, participant, &element);
}

/* ---- Scenes ---------------------------------------------------------------------------------- */

/* `start` fills the structure; `stops` is stopped inside; `beside` is done meanwhile, several
 * times, and aborts if it does not succeed; `sum` is what was put in, in all. */
struct scene {
    const char *name;
    void (*start)(void);
    void (*stops)(ordo_participant *participant);
    void (*beside)(void);
    uint32_t sum;
};

static void stack_start(void)
{
    push(self, 1);
    push(self, 2);
    push(self, 4);
}

static void stack_push(ordo_participant *participant)
{
    push(participant, 8);
}

static void stack_beside(void)
{
    uint32_t element;

    /* Two out, and the second one back: if the memory of the first could be had again, it would be
     * on top again, and what was below it would not be there. */
    pop(self);
    cr_expect(ordo_lock_free_stack_pop(&stack, self, &element));
    ordo_participant_reclaim(self);
    push(self, element);
}

static void queue_start(void)
{
    enqueue(self, 1);
    enqueue(self, 2);
}

static void queue_enqueue(ordo_participant *participant)
{
    enqueue(participant, 8);
}

/* All that is there, and more: head and tail meet. */
static void queue_beside(void)
{
    for (int i = 0; i < 4; i++)
        dequeue(self);
    enqueue(self, 4);
    enqueue(self, 16);
    dequeue(self);
    ordo_participant_reclaim(self);
}

static void list_start(void)
{
    insert(self, 2);
    insert(self, 4);
    insert(self, 8);
}

static void list_insert(ordo_participant *participant)
{
    insert(participant, 5);
}

static void list_remove(ordo_participant *participant)
{
    cr_expect(take_out(participant, 4));
}

/* The neighbours of 4 and 5. Met is 8 in any case, and what is inserted here. */
static void list_beside(void)
{
    const uint32_t eight = 8;
    uint32_t met = 0;

    insert(self, 3);
    insert(self, 6);
    cr_expect(take_out(self, 2) && take_out(self, 3));
    cr_expect(ordo_lock_free_list_contains(&list, self, &eight));
    ORDO_LOCK_FREE_LIST_FOR_EACH (each, &list, self)
        met |= 1u << *(const uint32_t *)each;
    cr_expect((met & 0x14c) == 0x140);
    cr_expect(take_out(self, 6) && take_out(self, 8));
    ordo_participant_reclaim(self);
}

/* Also what the stopped one is about to remove, or has inserted. */
static void list_beside_at_the_same(void)
{
    take_out(self, 4);
    take_out(self, 5);
    list_beside();
    insert(self, 4);
    cr_expect(take_out(self, 4));
}

static void list_iterate(ordo_participant *participant)
{
    uint32_t last = 0;

    ORDO_LOCK_FREE_LIST_FOR_EACH (each, &list, participant) {
        cr_expect(*(const uint32_t *)each > last);
        last = *(const uint32_t *)each;
    }
}

static const struct scene scenes[] = {
    {"push", stack_start, stack_push, stack_beside, 1 + 2 + 4 + 8},
    {"pop", stack_start, pop, stack_beside, 1 + 2 + 4},
    {"enqueue", queue_start, queue_enqueue, queue_beside, 1 + 2 + 4 + 8 + 16},
    {"dequeue", queue_start, dequeue, queue_beside, 1 + 2 + 4 + 16},
    {"insert", list_start, list_insert, list_beside, 2 + 4 + 8 + 3 + 6 + 5},
    {"remove", list_start, list_remove, list_beside, 2 + 4 + 8 + 3 + 6},
    {"insert at the same", list_start, list_insert, list_beside_at_the_same,
     2 + 4 + 8 + 3 + 6 + 5 + 4},
    {"iterate", list_start, list_iterate, list_beside_at_the_same, 2 + 4 + 8 + 3 + 6 + 4},
};

/* With a participant of its own. */
static void stop_inside(void *scene)
{
    ordo_participant *participant = domain_register(&domain);

    ((const struct scene *)scene)->stops(participant);
    domain_announce(&domain, participant);
    ordo_participant_unregister(&participant);
}

static void begin(enum domain_scheme scheme, const struct scene *scene)
{
    census_start(&census);
    domain_start(&domain, scheme, &allocator);
    ordo_store(&out, 0, ordo_relaxed);
    self = domain_register(&domain);
    scene->start();
}

static void end(struct stopped_thread *peer, const struct scene *scene)
{
    stopped_resume(peer);
    ordo_participant_unregister(&self);
    ordo_lock_free_stack_destroy(&stack);
    ordo_lock_free_queue_destroy(&queue);
    ordo_lock_free_list_destroy(&list);
    domain_destroy(&domain);
    empty_ring();
    cr_expect(ordo_load(&out, ordo_relaxed) == scene->sum, "%s: %u", scene->name,
              ordo_load(&out, ordo_relaxed));
    cr_expect(ordo_load(&census.live, ordo_relaxed) == 0, "%s", scene->name);
}

Test(stopped_lock_free, others_go_on)
{
    FOR_EACH_SCHEME (scheme)
        for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++) {
            const struct scene *const scene = &scenes[i];
            struct stopped_thread peer;
            unsigned int k = 1;

            for (begin(scheme, scene);
                 stop_after(&peer, k, stop_inside, (void *)(uintptr_t)scene) == stopped_inside;
                 begin(scheme, scene), k++) {
                scene->beside();
                end(&peer, scene);
            }
            scene->beside();
            end(&peer, scene);
            cr_expect(k > 10, "%s: it did stop inside: %u", scene->name, k);
        }
}
