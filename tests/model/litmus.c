/* litmus.c: the classic small programs of memory models, with what RC11 says of each.
 *
 * Each row names a family and the orderings of its accesses and fences, from left to right and
 * thread by thread; the family's macro says which outcome is asked about. `allowed`: the checker
 * must find an execution with that outcome. `forbidden`: it must explore all of them and find none.
 * `none` is a fence that is not there.
 *
 * RC11 differs from the C standard in two ways that show here: load buffering is forbidden even
 * relaxed (no cycles of sequenced-before and reads-from; C and ARM allow it), and Z6.U is allowed
 * (C11 and C++17 forbid it; compilers for Power and ARM cannot). Release sequences are those of
 * C++20: read-modify-writes continue one, and no plain store does, not even the same thread's.
 */
#include "subject.h"

#include <ordo/futex.h>
#include <ordo/membarrier.h>

/* ---- How a row becomes a test ---------------------------------------------------------------- */

static ordo_atomic_u32 x, y, z;
static uint32_t a, b, c, d; /* what the loads saw; each is written by one thread */

#define allowed   model_reached
#define forbidden model_never_reached

#define STORE(object, value, order)     ordo_store(&object, value, ordo_##order)
#define LOAD(result, object, order)     result = ordo_load(&object, ordo_##order)
#define ADD(object, order)              ordo_fetch_add(&object, 1, ordo_##order)
#define READ_ADD(result, object, order) result = ordo_fetch_add(&object, 1, ordo_##order)
#define FENCE(order)                    FENCE_##order
#define FENCE_none                      (void)0
#define FENCE_acquire                   ordo_thread_fence(ordo_acquire)
#define FENCE_release                   ordo_thread_fence(ordo_release)
#define FENCE_acq_rel                   ordo_thread_fence(ordo_acq_rel)
#define FENCE_seq_cst                   ordo_thread_fence(ordo_seq_cst)

/* Replaces 0 by 1, if it can; fails on any other value. */
#define COMPARE(result, object, success, failure)                                                  \
    do {                                                                                           \
        uint32_t seen = 0;                                                                         \
        ordo_compare_exchange(&object, &seen, 1, ordo_##success, ordo_##failure);                  \
        result = seen;                                                                             \
    } while (0)

#define THREAD(name, actions)                                                                      \
    static void name(void)                                                                         \
    {                                                                                              \
        actions;                                                                                   \
    }

#define TEST(name, verdict, outcome, ...)                                                          \
    MODEL_TEST(name, .expect = verdict)                                                            \
    {                                                                                              \
        TOGETHER(__VA_ARGS__);                                                                     \
        model_reach(outcome);                                                                      \
    }

#define TWO(name, verdict, outcome, first, second)                                                 \
    THREAD(name##_1, first)                                                                        \
    THREAD(name##_2, second)                                                                       \
    TEST(name, verdict, outcome, name##_1, name##_2)

#define THREE(name, verdict, outcome, first, second, third)                                        \
    THREAD(name##_1, first)                                                                        \
    THREAD(name##_2, second)                                                                       \
    THREAD(name##_3, third)                                                                        \
    TEST(name, verdict, outcome, name##_1, name##_2, name##_3)

#define FOUR(name, verdict, outcome, first, second, third, fourth)                                 \
    THREAD(name##_1, first)                                                                        \
    THREAD(name##_2, second)                                                                       \
    THREAD(name##_3, third)                                                                        \
    THREAD(name##_4, fourth)                                                                       \
    TEST(name, verdict, outcome, name##_1, name##_2, name##_3, name##_4)

/* The last store in modification order, looked at after all threads have ended. */
#define LAST(object) ordo_load(&object, ordo_relaxed)

/* ---- SB, store buffering: may both threads miss the other's store? --------------------------- */

#define SB(name, verdict, w1, f1, r1, w2, f2, r2)                                                  \
    TWO(SB_##name, verdict, a == 0 && b == 0,                                                      \
        STORE(x, 1, w1); FENCE(f1); LOAD(a, y, r1),                                                \
        STORE(y, 1, w2); FENCE(f2); LOAD(b, x, r2))

/*                               store    fence    load       store    fence    load */
SB(relaxed,            allowed,   relaxed, none,    relaxed,   relaxed, none,    relaxed)
SB(acquire_release,    allowed,   release, none,    acquire,   release, none,    acquire)
SB(seq_cst,            forbidden, seq_cst, none,    seq_cst,   seq_cst, none,    seq_cst)
SB(one_store_release,  allowed,   release, none,    seq_cst,   seq_cst, none,    seq_cst)
SB(one_load_acquire,   allowed,   seq_cst, none,    acquire,   seq_cst, none,    seq_cst)
SB(one_thread_seq_cst, allowed,   seq_cst, none,    seq_cst,   relaxed, none,    relaxed)
SB(stores_seq_cst,     allowed,   seq_cst, none,    relaxed,   seq_cst, none,    relaxed)
SB(loads_seq_cst,      allowed,   relaxed, none,    seq_cst,   relaxed, none,    seq_cst)
SB(fences,             forbidden, relaxed, seq_cst, relaxed,   relaxed, seq_cst, relaxed)
SB(one_fence,          allowed,   relaxed, seq_cst, relaxed,   relaxed, none,    relaxed)
SB(fence_acq_rel,      allowed,   relaxed, seq_cst, relaxed,   relaxed, acq_rel, relaxed)
SB(fences_acq_rel,     allowed,   relaxed, acq_rel, relaxed,   relaxed, acq_rel, relaxed)
SB(fence_and_accesses, forbidden, relaxed, seq_cst, relaxed,   seq_cst, none,    seq_cst)
SB(fence_and_store,    allowed,   relaxed, seq_cst, relaxed,   seq_cst, none,    relaxed)
SB(fence_and_load,     allowed,   relaxed, seq_cst, relaxed,   relaxed, none,    seq_cst)

/* The same with an operation that is also a fence, or is not: a seq_cst read-modify-write of the
 * first object orders as its seq_cst store does; one of a third object is no fence. `full` is. */
#define SB_RMW(name, verdict, m1, r1, m2, r2)                                                      \
    TWO(SB_RMW_##name, verdict, a == 0 && b == 0,                                                  \
        ADD(x, m1); LOAD(a, y, r1),                                                                \
        ADD(y, m2); LOAD(b, x, r2))

SB_RMW(acq_rel,            allowed,   acq_rel, acquire,   acq_rel, acquire)
SB_RMW(seq_cst,            forbidden, seq_cst, seq_cst,   seq_cst, seq_cst)
SB_RMW(seq_cst_relaxed,    allowed,   seq_cst, relaxed,   seq_cst, relaxed)
SB_RMW(full,               forbidden, full,    relaxed,   full,    relaxed)
SB_RMW(one_full,           allowed,   full,    relaxed,   seq_cst, relaxed)
SB_RMW(full_and_seq_cst,   forbidden, full,    relaxed,   seq_cst, seq_cst)

#define SB_THIRD(name, verdict, order)                                                             \
    TWO(SB_THIRD_##name, verdict, a == 0 && b == 0,                                                \
        STORE(x, 1, relaxed); ADD(z, order); LOAD(a, y, relaxed),                                  \
        STORE(y, 1, relaxed); ADD(z, order); LOAD(b, x, relaxed))

SB_THIRD(relaxed, allowed,   relaxed)
SB_THIRD(full,    forbidden, full)

/* A compare that fails is a load; a full one that fails is still a fence. z is not 0. */
#define SB_FAILED(name, verdict, success, failure)                                                 \
    TWO(SB_FAILED_##name, verdict, a == 0 && b == 0,                                               \
        STORE(z, 1, relaxed); STORE(x, 1, relaxed); COMPARE(c, z, success, failure);               \
            LOAD(a, y, relaxed),                                                                   \
        STORE(y, 1, relaxed); FENCE(seq_cst); LOAD(b, x, relaxed))

SB_FAILED(relaxed, allowed,   relaxed, relaxed)
SB_FAILED(seq_cst, allowed,   seq_cst, seq_cst)
SB_FAILED(full,    forbidden, full,    full)

/* ---- MP, message passing: may the flag be seen and the message not? -------------------------- */

#define MP(name, verdict, w1, f1, w2, r1, f2, r2)                                                  \
    TWO(MP_##name, verdict, a == 1 && b == 0,                                                      \
        STORE(x, 1, w1); FENCE(f1); STORE(y, 1, w2),                                               \
        LOAD(a, y, r1); FENCE(f2); LOAD(b, x, r2))

/*                                store    fence    store      load     fence    load */
MP(relaxed,             allowed,   relaxed, none,    relaxed,   relaxed, none,    relaxed)
MP(release_acquire,     forbidden, relaxed, none,    release,   acquire, none,    relaxed)
MP(seq_cst,             forbidden, seq_cst, none,    seq_cst,   seq_cst, none,    seq_cst)
MP(seq_cst_flag,        forbidden, relaxed, none,    seq_cst,   seq_cst, none,    relaxed)
MP(seq_cst_to_acquire,  forbidden, relaxed, none,    seq_cst,   acquire, none,    relaxed)
MP(only_release,        allowed,   relaxed, none,    release,   relaxed, none,    relaxed)
MP(only_acquire,        allowed,   relaxed, none,    relaxed,   acquire, none,    relaxed)
MP(wrong_way,           allowed,   release, none,    relaxed,   relaxed, none,    acquire)
MP(seq_cst_messages,    allowed,   seq_cst, none,    relaxed,   relaxed, none,    seq_cst)
MP(fences,              forbidden, relaxed, release, relaxed,   relaxed, acquire, relaxed)
MP(fence_to_acquire,    forbidden, relaxed, release, relaxed,   acquire, none,    relaxed)
MP(release_to_fence,    forbidden, relaxed, none,    release,   relaxed, acquire, relaxed)
MP(fences_acq_rel,      forbidden, relaxed, acq_rel, relaxed,   relaxed, acq_rel, relaxed)
MP(fences_seq_cst,      forbidden, relaxed, seq_cst, relaxed,   relaxed, seq_cst, relaxed)
MP(seq_cst_to_acquire_fence, forbidden, relaxed, seq_cst, relaxed, relaxed, acquire, relaxed)
MP(only_release_fence,  allowed,   relaxed, release, relaxed,   relaxed, none,    relaxed)
MP(only_acquire_fence,  allowed,   relaxed, none,    relaxed,   relaxed, acquire, relaxed)
MP(fences_swapped,      allowed,   relaxed, acquire, relaxed,   relaxed, release, relaxed)

/* The load that only ARM tells from an acquire load: C's acquire promises no more. */
TWO(MP_rcpc, forbidden, a == 1 && b == 0,
    STORE(x, 1, relaxed); STORE(y, 1, release),
    a = ordo_load_acquire_rcpc(&y); LOAD(b, x, relaxed))

/* ---- Release sequences: MP where the flag goes through another operation --------------------- */

#define MP_CHAIN(name, verdict, between, w, r)                                                     \
    THREE(MP_CHAIN_##name, verdict, a == 2 && b == 0,                                              \
        STORE(x, 1, relaxed); STORE(y, 1, w),                                                      \
        between,                                                                                   \
        LOAD(a, y, r); LOAD(b, x, relaxed))

MP_CHAIN(rmw,             forbidden, ADD(y, relaxed),      release, acquire)
MP_CHAIN(rmw_no_release,  allowed,   ADD(y, relaxed),      relaxed, acquire)
MP_CHAIN(rmw_no_acquire,  allowed,   ADD(y, relaxed),      release, relaxed)
MP_CHAIN(rmw_acq_rel,     forbidden, ADD(y, acq_rel),      release, acquire)
MP_CHAIN(store,           allowed,   STORE(y, 2, relaxed), release, acquire)
MP_CHAIN(release_store,   allowed,   STORE(y, 2, release), release, acquire)

#define MP_TWO_RMWS(name, verdict, m1, m2)                                                         \
    FOUR(MP_TWO_RMWS_##name, verdict, a == 3 && b == 0,                                            \
        STORE(x, 1, relaxed); STORE(y, 1, release),                                                \
        ADD(y, m1),                                                                                \
        ADD(y, m2),                                                                                \
        LOAD(a, y, acquire); LOAD(b, x, relaxed))

MP_TWO_RMWS(relaxed, forbidden, relaxed, relaxed)

/* The same thread stores again: C11 continued the sequence, C++20 does not. */
#define MP_SAME_THREAD(name, verdict, again)                                                       \
    TWO(MP_SAME_THREAD_##name, verdict, a == 2 && b == 0,                                          \
        STORE(x, 1, relaxed); STORE(y, 1, release); again,                                         \
        LOAD(a, y, acquire); LOAD(b, x, relaxed))

MP_SAME_THREAD(store,         allowed,   STORE(y, 2, relaxed))
MP_SAME_THREAD(release_store, forbidden, STORE(y, 2, release))
MP_SAME_THREAD(rmw,           forbidden, ADD(y, relaxed))

/* A release fence before the relaxed head of a sequence. */
#define MP_FENCE_CHAIN(name, verdict, fence)                                                       \
    THREE(MP_FENCE_CHAIN_##name, verdict, a == 2 && b == 0,                                        \
        STORE(x, 1, relaxed); FENCE(fence); STORE(y, 1, relaxed),                                  \
        ADD(y, relaxed),                                                                           \
        LOAD(a, y, relaxed); FENCE(acquire); LOAD(b, x, relaxed))

MP_FENCE_CHAIN(release, forbidden, release)
MP_FENCE_CHAIN(none,    allowed,   none)

/* ---- A failed compare-exchange orders by its failure ordering only --------------------------- */

#define MP_FAILED(name, verdict, w, success, failure)                                              \
    TWO(MP_FAILED_##name, verdict, a == 1 && b == 0,                                               \
        STORE(x, 1, relaxed); STORE(y, 1, w),                                                      \
        COMPARE(a, y, success, failure); LOAD(b, x, relaxed))

MP_FAILED(acquire,          forbidden, release, acquire, acquire)
MP_FAILED(stronger_failure, forbidden, release, relaxed, acquire)
MP_FAILED(seq_cst,          forbidden, release, relaxed, seq_cst)
MP_FAILED(full,             forbidden, release, full,    full)
MP_FAILED(relaxed_failure,  allowed,   release, acq_rel, relaxed)
MP_FAILED(seq_cst_relaxed,  allowed,   release, seq_cst, relaxed)
MP_FAILED(no_release,       allowed,   relaxed, acq_rel, acquire)

/* It writes nothing, so it releases nothing and continues nothing: the load sees the store. */
#define MP_FAILED_WRITER(name, verdict, success, failure)                                          \
    TWO(MP_FAILED_WRITER_##name, verdict, a == 1 && b == 0,                                        \
        STORE(y, 1, relaxed); STORE(x, 1, relaxed); COMPARE(c, y, success, failure),               \
        LOAD(a, y, acquire); LOAD(b, x, relaxed))

MP_FAILED_WRITER(release, allowed, release, relaxed)
MP_FAILED_WRITER(seq_cst, allowed, seq_cst, seq_cst)

/* ---- LB, load buffering: may both threads see what the other stores later? ------------------- */

/* RC11 forbids it whatever the orderings; the C standard and ARM allow the relaxed one. */
#define LB(name, verdict, r1, w1, r2, w2)                                                          \
    TWO(LB_##name, verdict, a == 1 && b == 1,                                                      \
        LOAD(a, x, r1); STORE(y, 1, w1),                                                           \
        LOAD(b, y, r2); STORE(x, 1, w2))

LB(relaxed,         forbidden, relaxed, relaxed,   relaxed, relaxed)
LB(release_acquire, forbidden, acquire, release,   acquire, release)
LB(one_release,     forbidden, relaxed, release,   acquire, relaxed)
LB(seq_cst,         forbidden, seq_cst, seq_cst,   seq_cst, seq_cst)

/* ---- Coherence: one object has one order ----------------------------------------------------- */

#define CoRR(name, verdict, w, r)                                                                  \
    TWO(CoRR_##name, verdict, a == 1 && b == 0,                                                    \
        STORE(x, 1, w),                                                                            \
        LOAD(a, x, r); LOAD(b, x, r))
#define CoRR_of_two(name, verdict, w, r)                                                           \
    FOUR(CoRR_of_two_##name, verdict, a == 1 && b == 2 && c == 2 && d == 1,                        \
        STORE(x, 1, w),                                                                            \
        STORE(x, 2, w),                                                                            \
        LOAD(a, x, r); LOAD(b, x, r),                                                              \
        LOAD(c, x, r); LOAD(d, x, r))
#define CoWR(name, verdict, w, r)                                                                  \
    TWO(CoWR_##name, verdict, a == 2 && LAST(x) == 1,                                              \
        STORE(x, 1, w); LOAD(a, x, r),                                                             \
        STORE(x, 2, w))
#define CoRW(name, verdict, w, r)                                                                  \
    TWO(CoRW_##name, verdict, a == 1 && LAST(x) == 1,                                              \
        LOAD(a, x, r); STORE(x, 2, w),                                                             \
        STORE(x, 1, w))

CoRR(relaxed,         forbidden, relaxed, relaxed)
CoRR(release_acquire, forbidden, release, acquire)
CoRR(seq_cst,         forbidden, seq_cst, seq_cst)
CoRR_of_two(relaxed,  forbidden, relaxed, relaxed)
CoWR(relaxed,         forbidden, relaxed, relaxed)
CoWR(seq_cst,         forbidden, seq_cst, seq_cst)
CoRW(relaxed,         forbidden, relaxed, relaxed)
CoRW(seq_cst,         forbidden, seq_cst, seq_cst)

TWO(CoWW, forbidden, LAST(x) == 1, STORE(x, 1, relaxed); STORE(x, 2, relaxed), FENCE(none))
TWO(CoRW_of_one_thread, forbidden, a == 1, LOAD(a, x, relaxed); STORE(x, 1, relaxed), FENCE(none))
TWO(CoWR_of_one_thread, forbidden, a == 0, STORE(x, 1, relaxed); LOAD(a, x, relaxed), FENCE(none))
/* No violation: the store of another thread falls between. */
TWO(CoWR_between, allowed, a == 2, STORE(x, 1, relaxed); LOAD(a, x, relaxed), STORE(x, 2, relaxed))

/* ---- 2+2W: may both first stores be the last? ------------------------------------------------ */

#define W2(name, verdict, w1, f1, w2, w3, f2, w4)                                                  \
    TWO(W2_##name, verdict, LAST(x) == 1 && LAST(y) == 1,                                          \
        STORE(x, 1, w1); FENCE(f1); STORE(y, 2, w2),                                               \
        STORE(y, 1, w3); FENCE(f2); STORE(x, 2, w4))

W2(relaxed,    allowed,   relaxed, none,    relaxed,   relaxed, none,    relaxed)
W2(release,    allowed,   release, none,    release,   release, none,    release)
W2(seq_cst,    forbidden, seq_cst, none,    seq_cst,   seq_cst, none,    seq_cst)
W2(one_weaker, allowed,   seq_cst, none,    seq_cst,   seq_cst, none,    release)
W2(fences,     forbidden, relaxed, seq_cst, relaxed,   relaxed, seq_cst, relaxed)
W2(one_fence,  allowed,   relaxed, seq_cst, relaxed,   relaxed, release, relaxed)

/* ---- IRIW: may two readers see two stores in different orders? ------------------------------- */

#define IRIW(name, verdict, w, r, f1, f2)                                                          \
    FOUR(IRIW_##name, verdict, a == 1 && b == 0 && c == 1 && d == 0,                               \
        STORE(x, 1, w),                                                                            \
        STORE(y, 1, w),                                                                            \
        LOAD(a, x, r); FENCE(f1); LOAD(b, y, r),                                                   \
        LOAD(c, y, r); FENCE(f2); LOAD(d, x, r))

IRIW(relaxed,         allowed,   relaxed, relaxed, none,    none)
IRIW(release_acquire, allowed,   release, acquire, none,    none)
IRIW(seq_cst,         forbidden, seq_cst, seq_cst, none,    none)
IRIW(seq_cst_acquire, allowed,   seq_cst, acquire, none,    none)
IRIW(release_seq_cst, allowed,   release, seq_cst, none,    none)
IRIW(fences,          forbidden, relaxed, relaxed, seq_cst, seq_cst)
IRIW(one_fence,       allowed,   relaxed, relaxed, seq_cst, none)
IRIW(acquire_fences,  allowed,   release, relaxed, acquire, acquire)

/* ---- WRC, ISA2: does what happened before go along with a message passed on? ----------------- */

#define WRC(name, verdict, w1, r1, w2, r2)                                                         \
    THREE(WRC_##name, verdict, a == 1 && b == 1 && c == 0,                                         \
        STORE(x, 1, w1),                                                                           \
        LOAD(a, x, r1); STORE(y, 1, w2),                                                           \
        LOAD(b, y, r2); LOAD(c, x, relaxed))

WRC(relaxed,          allowed,   relaxed, relaxed, relaxed, relaxed)
WRC(release_acquire,  forbidden, release, acquire, release, acquire)
WRC(first_relaxed,    forbidden, relaxed, relaxed, release, acquire)
WRC(middle_relaxed,   allowed,   release, acquire, relaxed, acquire)
WRC(last_relaxed,     allowed,   release, acquire, release, relaxed)
WRC(seq_cst,          forbidden, seq_cst, seq_cst, seq_cst, seq_cst)

#define ISA2(name, verdict, w1, r1, w2, r2)                                                        \
    THREE(ISA2_##name, verdict, a == 1 && b == 1 && c == 0,                                        \
        STORE(x, 1, relaxed); STORE(y, 1, w1),                                                     \
        LOAD(a, y, r1); STORE(z, 1, w2),                                                           \
        LOAD(b, z, r2); LOAD(c, x, relaxed))

ISA2(relaxed,         allowed,   relaxed, relaxed, relaxed, relaxed)
ISA2(release_acquire, forbidden, release, acquire, release, acquire)
ISA2(first_relaxed,   allowed,   relaxed, acquire, release, acquire)
ISA2(look_relaxed,    allowed,   release, relaxed, release, acquire)
ISA2(middle_relaxed,  allowed,   release, acquire, relaxed, acquire)
ISA2(last_relaxed,    allowed,   release, acquire, release, relaxed)
ISA2(seq_cst,         forbidden, seq_cst, seq_cst, seq_cst, seq_cst)

/* ---- RWC, S, R, Z6.U: shapes that only seq_cst decides, or does not -------------------------- */

#define RWC(name, verdict, w, r, f1, f2)                                                           \
    THREE(RWC_##name, verdict, a == 1 && b == 0 && c == 0,                                         \
        STORE(x, 1, w),                                                                            \
        LOAD(a, x, r); FENCE(f1); LOAD(b, y, r),                                                   \
        STORE(y, 1, w); FENCE(f2); LOAD(c, x, r))

RWC(relaxed,         allowed,   relaxed, relaxed, none,    none)
RWC(release_acquire, allowed,   release, acquire, none,    none)
RWC(seq_cst,         forbidden, seq_cst, seq_cst, none,    none)
RWC(fences,          forbidden, relaxed, relaxed, seq_cst, seq_cst)
RWC(first_fence,     allowed,   relaxed, relaxed, seq_cst, none)
RWC(second_fence,    allowed,   relaxed, relaxed, none,    seq_cst)
RWC(acquire_fence,   allowed,   release, relaxed, acquire, seq_cst)

#define S(name, verdict, w1, w2, r, w3)                                                            \
    TWO(S_##name, verdict, a == 1 && LAST(x) == 2,                                                 \
        STORE(x, 2, w1); STORE(y, 1, w2),                                                          \
        LOAD(a, y, r); STORE(x, 1, w3))

S(relaxed,         allowed,   relaxed, relaxed,   relaxed, relaxed)
S(release_acquire, forbidden, relaxed, release,   acquire, relaxed)
S(only_release,    allowed,   relaxed, release,   relaxed, relaxed)
S(only_acquire,    allowed,   relaxed, relaxed,   acquire, relaxed)
S(seq_cst,         forbidden, seq_cst, seq_cst,   seq_cst, seq_cst)

#define R(name, verdict, w1, f1, w2, w3, f2, r)                                                    \
    TWO(R_##name, verdict, LAST(y) == 2 && a == 0,                                                 \
        STORE(x, 1, w1); FENCE(f1); STORE(y, 1, w2),                                               \
        STORE(y, 2, w3); FENCE(f2); LOAD(a, x, r))

R(relaxed,         allowed,   relaxed, none,    relaxed,   relaxed, none,    relaxed)
R(release_acquire, allowed,   release, none,    release,   release, none,    acquire)
R(seq_cst,         forbidden, seq_cst, none,    seq_cst,   seq_cst, none,    seq_cst)
R(fences,          forbidden, relaxed, seq_cst, relaxed,   relaxed, seq_cst, relaxed)
R(first_fence,     allowed,   relaxed, seq_cst, relaxed,   relaxed, none,    relaxed)
R(second_fence,    allowed,   relaxed, none,    relaxed,   relaxed, seq_cst, relaxed)
R(one_weaker,      allowed,   seq_cst, none,    release,   seq_cst, none,    seq_cst)

/* The release store and the addition put x before the last load, through no seq_cst access of y. */
#define Z6U(name, verdict, w1, w2, m, r, w3, r3)                                                   \
    THREE(Z6U_##name, verdict, a == 1 && b == 3 && c == 0,                                         \
        STORE(x, 1, w1); STORE(y, 1, w2),                                                          \
        READ_ADD(a, y, m); LOAD(b, y, r),                                                          \
        STORE(y, 3, w3); LOAD(c, x, r3))

Z6U(as_published, allowed,   seq_cst, release, seq_cst, relaxed, seq_cst, seq_cst)
Z6U(seq_cst,      forbidden, seq_cst, seq_cst, seq_cst, seq_cst, seq_cst, seq_cst)

/* The same with a load of y in front: load and addition are at one location, so only what stands
 * between them could be the path that makes this forbidden. None of these is anything in RC11. */
static void *nothing(void *unused)
{
    return unused;
}

static void spawn_nothing(void)
{
    ordo_thread_join(spawn(nothing, NULL));
}

#define Z6U_THROUGH(name, verdict, between)                                                        \
    THREE(Z6U_through_##name, verdict, a == 1 && b == 1 && c == 3 && d == 0,                       \
        STORE(x, 1, seq_cst); STORE(y, 1, release),                                                \
        LOAD(a, y, acquire); between; READ_ADD(b, y, seq_cst); LOAD(c, y, relaxed),                \
        STORE(y, 3, seq_cst); LOAD(d, x, seq_cst))

Z6U_THROUGH(nothing,     allowed,   (void)0)
Z6U_THROUGH(a_choice,    allowed,   model_choose(2))
Z6U_THROUGH(a_wake,      allowed,   ordo_futex_wake(&z, 1))
Z6U_THROUGH(light_fence, allowed,   ordo_fence_light())
Z6U_THROUGH(a_thread,    allowed,   spawn_nothing())
Z6U_THROUGH(a_load,      forbidden, LOAD(c, z, relaxed))
Z6U_THROUGH(a_fence,     forbidden, FENCE(acquire))

/* ---- Read-modify-writes: no two read the same store ------------------------------------------ */

#define RMW(name, verdict, m1, m2)                                                                 \
    TWO(RMW_##name, verdict, a == b, READ_ADD(a, x, m1), READ_ADD(b, x, m2))

RMW(relaxed, forbidden, relaxed, relaxed)
RMW(acq_rel, forbidden, acq_rel, acq_rel)
RMW(seq_cst, forbidden, seq_cst, seq_cst)
RMW(full,    forbidden, full,    full)

TWO(RMW_compare, forbidden, a == 0 && b == 0,
    COMPARE(a, x, relaxed, relaxed), COMPARE(b, x, relaxed, relaxed))
TWO(RMW_sum, forbidden, LAST(x) != 2, ADD(x, relaxed), ADD(x, relaxed))
/* A plain store may come before, after, but not inside. */
TWO(RMW_store_inside, forbidden, a == 0 && LAST(x) == 1, READ_ADD(a, x, relaxed),
    STORE(x, 5, relaxed))
TWO(RMW_store_before, allowed, a == 5 && LAST(x) == 6, READ_ADD(a, x, relaxed),
    STORE(x, 5, relaxed))
