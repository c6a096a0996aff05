/* reclamation.c: what the schemes behind reclamation.h have in common, on each of them: a stack
 * whose nodes are destroyed while others may be at them, threads that come and go, misuse. */
#include <criterion/criterion.h>
#include <errno.h>
#include <pthread.h>
#include <stddef.h>

#include "census.h"
#include "child.h"
#include "domain.h"
#include "ordo/ordo.h"
#include "rounds.h"
#include "sanitizer.h"
#include "threads.h"

TestSuite(reclamation, .timeout = 60);

/* ---- Nodes ----------------------------------------------------------------------------------- */

enum { intact = 0x900d };

struct node {
    ordo_retired retired;
    ordo_atomic_u32 state; /* `intact`, until it is destroyed */
    struct node *below;
};

static struct node *node_new(struct census *census)
{
    struct node *const node = ordo_allocate(&census->allocator, sizeof *node, 8);

    cr_assert(node != NULL);
    *node = (struct node){.state = ORDO_ATOMIC_INIT(intact)};
    return node;
}

static void node_destroy(ordo_retired *retired, void *census)
{
    struct node *const node = (struct node *)retired;

    ordo_store(&node->state, 0, ordo_relaxed);
    ordo_deallocate(&((struct census *)census)->allocator, node, sizeof *node);
}

/* ---- A stack that many change ---------------------------------------------------------------- */

struct stack {
    ordo_atomic_ptr top;
    struct domain domain;
    struct census census;
    unsigned int rounds;
    ordo_atomic_u32 broken, popped, most;
};

static void push(struct stack *stack)
{
    struct node *const node = node_new(&stack->census);
    void *top = ordo_load(&stack->top, ordo_relaxed);

    do
        node->below = top;
    while (!ordo_compare_exchange(&stack->top, &top, node, ordo_release, ordo_relaxed));
}

static void pop(struct stack *stack, ordo_participant *self)
{
    const unsigned int first = ordo_participant_enter(self, 1);
    struct node *node;
    void *seen;

    do {
        node = ordo_participant_protect(self, first, &stack->top);
        if (node == NULL)
            break;
        if (ordo_load(&node->state, ordo_relaxed) != intact)
            ordo_fetch_add(&stack->broken, 1, ordo_relaxed);
        seen = node;
    } while (!ordo_compare_exchange(&stack->top, &seen, node->below, ordo_relaxed, ordo_relaxed));
    ordo_participant_leave(self, first);
    if (node != NULL) {
        ordo_participant_retire(self, &node->retired, node_destroy, &stack->census);
        ordo_fetch_add(&stack->popped, 1, ordo_relaxed);
    }
}

static void churn(struct stack *stack, ordo_participant *self, unsigned int rounds)
{
    for (unsigned int i = 0; i < rounds; i++) {
        push(stack);
        pop(stack, self);
        domain_announce(&stack->domain, self);
        ordo_fetch_max(&stack->most, ordo_load(&stack->census.live, ordo_relaxed), ordo_relaxed);
    }
}

static void stay(unsigned self, void *shared)
{
    struct stack *const stack = shared;
    ordo_participant *participant = domain_register(&stack->domain);

    (void)self;
    churn(stack, participant, stack->rounds);
    ordo_participant_unregister(&participant);
    cr_expect(participant == NULL);
}

static void end_churn(struct stack *stack, unsigned int pops)
{
    cr_expect(ordo_load(&stack->broken, ordo_relaxed) == 0, "%u were at a destroyed node",
              ordo_load(&stack->broken, ordo_relaxed));
    cr_expect(ordo_load(&stack->popped, ordo_relaxed) == pops);
    cr_expect(ordo_load(&stack->top, ordo_relaxed) == NULL);
    domain_destroy(&stack->domain);
    cr_expect(ordo_load(&stack->census.live, ordo_relaxed) == 0, "%u live",
              ordo_load(&stack->census.live, ordo_relaxed));
    cr_expect(ordo_load(&stack->census.allocations, ordo_relaxed) >= pops);
}

static void start_churn(struct stack *stack, enum domain_scheme scheme, unsigned int rounds)
{
    *stack = (struct stack){.rounds = rounds};
    census_start(&stack->census);
    domain_start(&stack->domain, scheme, &stack->census.allocator);
}

Test(reclamation, threads_that_stay)
{
    FOR_EACH_SCHEME(scheme)
        for (int by_membarrier = 0; by_membarrier < 2; by_membarrier++) {
            struct stack stack;

            ordo_fence_force(by_membarrier);
            start_churn(&stack, scheme, test_rounds(10));
            run_threads(4, stay, &stack);
            end_churn(&stack, 4 * stack.rounds);
        }
}

/* Every other thread ends without unregistering. */
static void *come_and_go(void *shared)
{
    struct stack *const stack = shared;
    ordo_participant *participant = domain_register(&stack->domain);

    churn(stack, participant, 20);
    if (ordo_thread_id() % 2 == 0)
        ordo_participant_unregister(&participant);
    return NULL;
}

static void start_threads(unsigned self, void *shared)
{
    struct stack *const stack = shared;

    (void)self;
    for (unsigned int i = 0; i < stack->rounds; i++) {
        ordo_thread *thread;

        cr_assert(ordo_thread_spawn(&thread, come_and_go, stack) == 0);
        ordo_thread_join(thread);
    }
}

Test(reclamation, threads_that_come_and_go)
{
    FOR_EACH_SCHEME(scheme) {
        struct stack stack;

        start_churn(&stack, scheme, test_rounds(1000));
        run_threads(4, start_threads, &stack);
        end_churn(&stack, 4 * 20 * stack.rounds);
    }
}

/* ---- Registration ---------------------------------------------------------------------------- */

Test(reclamation, records_are_used_again)
{
    FOR_EACH_SCHEME(scheme) {
        struct census census;
        struct domain domain;

        census_start(&census);
        domain_start(&domain, scheme, &census.allocator);
        for (int turn = 0; turn < 2; turn++) { /* a destroyed domain may be used again */
            for (int i = 0; i < 10; i++) {
                ordo_participant *one = domain_register(&domain), *other = domain_register(&domain);

                cr_expect(one != other);
                ordo_participant_unregister(&one);
                ordo_participant_unregister(&other);
            }
            cr_expect(ordo_load(&census.live, ordo_relaxed) == 2);
            domain_destroy(&domain);
            cr_expect(ordo_load(&census.live, ordo_relaxed) == 0);
        }
    }
}

Test(reclamation, no_memory)
{
    FOR_EACH_SCHEME(scheme) {
        struct census census;

        for (unsigned int i = 1; census_fails(&census, i); i++) {
            struct domain domain;

            domain_start(&domain, scheme, &census.allocator);
            ordo_participant *participants[3];
            unsigned int registered = 0;

            for (int turn = 0; turn < 3; turn++) {
                const int error = domain_try_register(&domain, &participants[registered]);

                cr_expect(error == 0 || error == ENOMEM);
                registered += error == 0;
            }
            cr_expect(registered == (i <= 3 ? 2 : 3));
            while (registered > 0)
                ordo_participant_unregister(&participants[--registered]);
            domain_destroy(&domain);
            cr_expect(ordo_load(&census.live, ordo_relaxed) == 0);
        }
    }
}

static void *retire_and_end(void *shared)
{
    struct stack *const stack = shared;
    ordo_participant *const participant = domain_register(&stack->domain);

    ordo_participant_enter(participant, 2); /* and ends in it */
    ordo_participant_retire(participant, &node_new(&stack->census)->retired, node_destroy,
                            &stack->census);
    return NULL;
}

/* What a thread that ends has retired is destroyed by others, or at once. */
Test(reclamation, a_thread_ends_in_a_section)
{
    FOR_EACH_SCHEME(scheme) {
        struct stack stack;
        ordo_participant *participant;
        ordo_thread *thread;

        start_churn(&stack, scheme, 0);
        participant = domain_register(&stack.domain);
        cr_assert(ordo_thread_spawn(&thread, retire_and_end, &stack) == 0);
        ordo_thread_join(thread);
        domain_announce(&stack.domain, participant);
        ordo_participant_reclaim(participant);
        cr_expect(ordo_load(&stack.census.live, ordo_relaxed) == 2, "the records alone: %u",
                  ordo_load(&stack.census.live, ordo_relaxed));
        ordo_participant_unregister(&participant);
        end_churn(&stack, 0);
    }
}

/* ---- Destroy functions that do not return ---------------------------------------------------- */

static _Thread_local ordo_jump_buffer *jump; /* NULL: the thread ends */

static void destroy_and_leave(ordo_retired *retired, void *census)
{
    node_destroy(retired, census);
    if (jump != NULL)
        ordo_longjmp(jump, 1);
    pthread_exit(NULL);
}

static void reclaim(struct stack *stack, ordo_participant *participant)
{
    for (int turn = 0; turn < 2; turn++) { /* one for those that wait to wait */
        ordo_participant_reclaim(participant);
        domain_announce(&stack->domain, participant);
    }
    ordo_participant_reclaim(participant);
}

/* So many, of which each leaves; `participant` is to reclaim them. */
static void retire_to_leave(struct stack *stack, ordo_participant *participant, int count)
{
    for (int i = 0; i < count; i++)
        ordo_participant_retire(participant, &node_new(&stack->census)->retired,
                                destroy_and_leave, &stack->census);
    reclaim(stack, participant);
}

static void *end_in_destroy(void *shared)
{
    struct stack *const stack = shared;

    /* The second one ends a thread that is ending, which ThreadSanitizer has forgotten by then. */
    retire_to_leave(stack, domain_register(&stack->domain), has_thread_sanitizer ? 1 : 5);
    return NULL;
}

/* Another thread has retired, is gone, and has left them; this one ends as it destroys those. */
static void *end_for_another(void *shared)
{
    struct stack *const stack = shared;

    reclaim(stack, domain_register(&stack->domain));
    return NULL;
}

static void *jump_out_of_destroy(void *shared)
{
    struct stack *const stack = shared;
    ordo_participant *volatile participant = domain_register(&stack->domain);
    ordo_jump_buffer buffer;
    volatile unsigned int jumps = 0;

    jump = &buffer;
    if (ORDO_SETJMP(&buffer) == 0)
        retire_to_leave(stack, participant, 5);
    else if (++jumps < 5)
        reclaim(stack, participant);
    cr_expect(jumps == 5, "%u", jumps);
    ordo_participant *given = participant;
    ordo_participant_unregister(&given);
    return NULL;
}

/* The rest is destroyed later, and the participant's next user finds it in order. */
static void expect_order_after(void *(*body)(void *shared))
{
    FOR_EACH_SCHEME(scheme) {
        struct stack stack;
        ordo_participant *participant;
        ordo_thread *threads[2];

        start_churn(&stack, scheme, 0);
        for (int i = 0; i < 2; i++) {
            cr_assert(ordo_thread_spawn(&threads[i], i == 0 ? body : end_for_another, &stack) == 0);
            ordo_thread_join(threads[i]);
        }
        participant = domain_register(&stack.domain);
        for (unsigned int i = 0; i < 1000; i++) {
            ordo_participant_retire(participant, &node_new(&stack.census)->retired, node_destroy,
                                    &stack.census);
            domain_announce(&stack.domain, participant);
        }
        cr_expect(ordo_load(&stack.census.live, ordo_relaxed) < 600, "%u",
                  ordo_load(&stack.census.live, ordo_relaxed));
        ordo_participant_unregister(&participant);
        end_churn(&stack, 0);
    }
}

Test(reclamation, a_thread_ends_in_a_destroy_function)
{
    expect_order_after(end_in_destroy);
}

Test(reclamation, a_jump_out_of_a_destroy_function)
{
    expect_order_after(jump_out_of_destroy);
}

/* ---- A node that somebody is at -------------------------------------------------------------- */

Test(reclamation, what_is_protected_stays)
{
    FOR_EACH_SCHEME(scheme) {
        struct stack stack;
        ordo_participant *reader, *other;
        struct node *node;
        unsigned int outer, inner;

        start_churn(&stack, scheme, 0);
        reader = domain_register(&stack.domain);
        other = domain_register(&stack.domain);
        push(&stack);
        outer = ordo_participant_enter(reader, 2);
        ordo_fetch_or(&stack.top, 5, ordo_relaxed); /* a tag */
        node = (struct node *)((uintptr_t)ordo_participant_protect(reader, outer + 1, &stack.top)
                               & ~(uintptr_t)7);
        inner = ordo_participant_enter(reader, ORDO_PARTICIPANT_SLOTS - 2);
        cr_expect(inner != outer && inner != outer + 1);
        ordo_participant_protect(reader, ORDO_PARTICIPANT_SLOTS - 1, &stack.top);
        ordo_store(&stack.top, NULL, ordo_relaxed);
        ordo_participant_retire(other, &node->retired, node_destroy, &stack.census);
        for (int turn = 0; turn < 3; turn++)
            ordo_participant_reclaim(other);
        ordo_participant_leave(reader, inner);
        domain_announce(&stack.domain, other);
        ordo_participant_reclaim(other);
        cr_expect(ordo_load(&node->state, ordo_relaxed) == intact);
        ordo_participant_leave(reader, outer);
        domain_announce(&stack.domain, reader);
        ordo_participant_reclaim(other);
        cr_expect(ordo_load(&stack.census.live, ordo_relaxed) == 2, "destroyed");
        ordo_participant_unregister(&reader);
        ordo_participant_unregister(&other);
        end_churn(&stack, 0);
    }
}

/* ---- Destroy functions that retire ----------------------------------------------------------- */

struct chain {
    ordo_retired retired;
    struct chain *next;
    ordo_participant *participant;
};

static void chain_destroy(ordo_retired *retired, void *census)
{
    struct chain *const chain = (struct chain *)retired;

    if (chain->next != NULL)
        ordo_participant_retire(chain->participant, &chain->next->retired, chain_destroy, census);
    ordo_deallocate(&((struct census *)census)->allocator, chain, sizeof *chain);
}

Test(reclamation, destroy_functions_retire)
{
    FOR_EACH_SCHEME(scheme) {
        struct census census;
        struct domain domain;
        ordo_participant *participant;
        struct chain *first = NULL;

        census_start(&census);
        domain_start(&domain, scheme, &census.allocator);
        participant = domain_register(&domain);
        for (int i = 0; i < 1000; i++) {
            struct chain *const link = ordo_allocate(&census.allocator, sizeof *link, 8);

            *link = (struct chain){.next = first, .participant = participant};
            first = link;
        }
        ordo_participant_retire(participant, &first->retired, chain_destroy, &census);
        for (int turn = 0; turn <= 1000; turn++) {
            domain_announce(&domain, participant);
            ordo_participant_reclaim(participant);
        }
        cr_expect(ordo_load(&census.live, ordo_relaxed) == 1, "%u",
                  ordo_load(&census.live, ordo_relaxed));
        ordo_participant_unregister(&participant);
        domain_destroy(&domain);
    }
}

/* ---- Misuse ---------------------------------------------------------------------------------- */

static enum domain_scheme misused;

static void too_many_slots(void)
{
    struct domain domain;

    domain_start(&domain, misused, NULL);
    ordo_participant *const participant = domain_register(&domain);

    ordo_participant_enter(participant, 5);
    ordo_participant_enter(participant, ORDO_PARTICIPANT_SLOTS - 4);
}

static void no_slots(void)
{
    struct domain domain;

    domain_start(&domain, misused, NULL);
    ordo_participant_enter(domain_register(&domain), 0);
}

static void protect_outside(void)
{
    struct domain domain;

    domain_start(&domain, misused, NULL);
    ordo_atomic_ptr source = ORDO_ATOMIC_INIT(NULL);

    ordo_participant_protect(domain_register(&domain), 0, &source);
}

static void leave_twice(void)
{
    struct domain domain;

    domain_start(&domain, misused, NULL);
    ordo_participant *const participant = domain_register(&domain);
    const unsigned int first = ordo_participant_enter(participant, 1);

    ordo_participant_leave(participant, first);
    ordo_participant_leave(participant, first);
}

static void unregister_inside(void)
{
    struct domain domain;

    domain_start(&domain, misused, NULL);
    ordo_participant *participant = domain_register(&domain);

    ordo_participant_enter(participant, 1);
    ordo_participant_unregister(&participant);
}

static ordo_participant *busy;

static void give_back_own(ordo_retired *node, void *context)
{
    (void)node, (void)context;
    ordo_participant_unregister(&busy);
}

static void unregister_while_it_destroys(void)
{
    struct domain domain;

    domain_start(&domain, misused, NULL);
    ordo_retired node;

    busy = domain_register(&domain);
    ordo_participant_retire(busy, &node, give_back_own, NULL);
    domain_announce(&domain, busy);
    ordo_participant_reclaim(busy);
    domain_announce(&domain, busy);
    ordo_participant_reclaim(busy);
}

static void destroy_in_use(void)
{
    struct domain domain;

    domain_start(&domain, misused, NULL);
    domain_register(&domain);
    domain_destroy(&domain);
}

Test(reclamation, misuse)
{
    for (misused = hazard; misused < domain_schemes; misused++) {
        cr_expect(child_aborts(too_many_slots,
                               "ordo: reclamation.h: no slots, or more than a participant has\n"));
        cr_expect(child_aborts(no_slots,
                               "ordo: reclamation.h: no slots, or more than a participant has\n"));
        cr_expect(child_aborts(protect_outside,
                               "ordo: reclamation.h: a slot of no open section\n"));
        cr_expect(child_aborts(leave_twice,
                               "ordo: reclamation.h: leave of a section that is not open\n"));
        cr_expect(child_aborts(unregister_inside,
                               "ordo: reclamation.h: a participant is given back in a section\n"));
        cr_expect(child_aborts(unregister_while_it_destroys,
                               "ordo: reclamation.c: a destroy function gives back the participant "
                               "it runs for\n"));
        cr_expect(child_aborts(destroy_in_use,
                               "ordo: reclamation.c: a domain is destroyed that has a "
                               "participant\n"));
    }
}
