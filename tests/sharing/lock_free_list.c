/* lock_free_list.c: the ordered set, with each reclamation scheme: results against a plain set,
 * neighbours that come and go, iteration meanwhile, and that each element is destroyed once. */
#include <criterion/criterion.h>
#include <errno.h>

#include "census.h"
#include "domain.h"
#include "ordo/ordo.h"
#include "random.h"
#include "rounds.h"
#include "threads.h"

TestSuite(lock_free_list, .timeout = 60);

/* Memory that was released has neither mark. */
enum { intact = 0x900d, gone = 0xdead, key_limit = 64 };

struct element {
    uint32_t key;
    uint32_t mark;
    uint64_t complement; /* of the key */
};

static ordo_atomic_u32 broken, destroyed;

static struct element element_of(uint32_t key)
{
    return (struct element){key, intact, ~(uint64_t)key};
}

static uint32_t look_at(const void *element)
{
    const struct element *const seen = element;

    if (seen->mark != intact || seen->complement != ~(uint64_t)seen->key)
        ordo_fetch_add(&broken, 1, ordo_relaxed);
    return seen->key;
}

static int compare(const void *a, const void *b)
{
    const uint32_t left = look_at(a), right = look_at(b);

    return (left > right) - (left < right);
}

static void destroy(void *element)
{
    look_at(element);
    ((struct element *)element)->mark = gone;
    ordo_fetch_add(&destroyed, 1, ordo_relaxed);
}

static struct census census;
static const struct ordo_element_type type = {sizeof(struct element), destroy, compare,
                                              &census.allocator};
static struct domain domain;
static ordo_lock_free_list list = ORDO_LOCK_FREE_LIST_INIT(&type);

static void start(enum domain_scheme scheme)
{
    census_start(&census);
    domain_start(&domain, scheme, &census.allocator);
    ordo_store(&broken, 0, ordo_relaxed);
    ordo_store(&destroyed, 0, ordo_relaxed);
}

/* `inserted` elements were there, and all are destroyed in the end. */
static void end(uint32_t inserted)
{
    ordo_lock_free_list_destroy(&list);
    domain_destroy(&domain);
    cr_expect(ordo_load(&broken, ordo_relaxed) == 0, "an element was looked at after its end");
    cr_expect(ordo_load(&destroyed, ordo_relaxed) == inserted, "%u of %u destroyed",
              ordo_load(&destroyed, ordo_relaxed), inserted);
    cr_expect(ordo_load(&census.live, ordo_relaxed) == 0);
}

static bool insert(ordo_participant *self, uint32_t key)
{
    const struct element element = element_of(key);

    return ordo_lock_free_list_insert(&list, self, &element) == 0;
}

static bool take_out(ordo_participant *self, uint32_t key)
{
    const struct element element = element_of(key);

    return ordo_lock_free_list_remove(&list, self, &element);
}

static bool contains(ordo_participant *self, uint32_t key)
{
    const struct element element = element_of(key);

    return ordo_lock_free_list_contains(&list, self, &element);
}

/* ---- One thread ------------------------------------------------------------------------------ */

/* Against a plain set, whose members are the bits. */
static void compare_with(ordo_participant *self, uint64_t members)
{
    uint64_t met = 0;
    uint32_t least = 0;

    ORDO_LOCK_FREE_LIST_FOR_EACH (each, &list, self) {
        const uint32_t key = look_at(each);
        cr_expect(key >= least, "ascending");
        least = key + 1;
        met |= UINT64_C(1) << key;
    }
    cr_expect(met == members);
}

Test(lock_free_list, as_a_plain_set)
{
    FOR_EACH_SCHEME (scheme) {
        uint64_t random = 1, members = 0;
        uint32_t inserted = 0;

        start(scheme);
        ordo_participant *self = domain_register(&domain);
        for (int i = 0; i < 4000; i++) {
            const uint64_t number = random_next(&random);
            const uint32_t key = number >> 8 & (key_limit - 1);
            const bool is_in = (members >> key & 1) != 0;
            const struct element element = element_of(key);

            switch (number & 3) {
            case 0:
            case 1:
                cr_expect(ordo_lock_free_list_insert(&list, self, &element)
                          == (is_in ? EEXIST : 0));
                inserted += !is_in;
                members |= UINT64_C(1) << key;
                break;
            case 2:
                cr_expect(take_out(self, key) == is_in);
                members &= ~(UINT64_C(1) << key);
                break;
            default: cr_expect(contains(self, key) == is_in);
            }
            domain_announce(&domain, self);
            if (i % 100 == 0)
                compare_with(self, members);
        }
        compare_with(self, members);
        ordo_participant_unregister(&self);
        end(inserted);
    }
}

Test(lock_free_list, no_memory)
{
    FOR_EACH_SCHEME (scheme) {
        start(scheme);
        for (unsigned int call = 1; census_fails(&census, call); call++) {
            uint32_t inserted = 0;

            domain_start(&domain, scheme, NULL);
            ordo_store(&destroyed, 0, ordo_relaxed);
            ordo_participant *self = domain_register(&domain);
            for (uint32_t key = 0; key < 4; key++) {
                const struct element element = element_of(key);
                const int error = ordo_lock_free_list_insert(&list, self, &element);
                cr_expect(error == (key + 1 == call ? ENOMEM : 0));
                cr_expect(contains(self, key) == (error == 0));
                inserted += error == 0;
            }
            ordo_participant_unregister(&self);
            end(inserted);
        }
    }
}

/* An element that does not get in because an equal one is there is nobody's to destroy. */
Test(lock_free_list, what_is_there_stays)
{
    start(hazard);
    ordo_participant *self = domain_register(&domain);
    const struct element element = element_of(3);

    cr_expect(insert(self, 3));
    const uint32_t allocations = ordo_load(&census.allocations, ordo_relaxed);
    cr_expect(ordo_lock_free_list_insert(&list, self, &element) == EEXIST);
    cr_expect(ordo_load(&census.allocations, ordo_relaxed) == allocations);
    ordo_participant_unregister(&self);
    end(1);
}

/* ---- Cursors --------------------------------------------------------------------------------- */

static int return_from_within(ordo_participant *self)
{
    ORDO_LOCK_FREE_LIST_FOR_EACH (each, &list, self)
        if (look_at(each) == 2)
            return 2;
    return -1;
}

Test(lock_free_list, cursors)
{
    FOR_EACH_SCHEME (scheme) {
        int turns = 0;

        start(scheme);
        ordo_participant *self = domain_register(&domain);
        for (uint32_t key = 0; key < 10; key += 2)
            insert(self, key);
        cr_expect(return_from_within(self) == 2);
        ORDO_LOCK_FREE_LIST_FOR_EACH (each, &list, self) {
            if (look_at(each) == 4)
                continue;
            if (look_at(each) == 6)
                break;
            turns++;
        }
        cr_expect(turns == 2);
        struct element key = element_of(4);
        ORDO_LOCK_FREE_LIST_FIND (found, &list, self, &key)
            turns += look_at(found) == 4;
        key = element_of(5);
        ORDO_LOCK_FREE_LIST_FIND (found, &list, self, &key)
            turns += 100;
        cr_expect(turns == 3);

        /* From a place on, to the end, and again from the start. */
        struct ordo_lock_free_cursor cursor = ordo_lock_free_cursor_start(&list, self);
        key = element_of(6);
        cr_expect(ordo_lock_free_cursor_find(&cursor, &key) != NULL);
        cr_expect(look_at(ordo_lock_free_cursor_next(&cursor)) == 8);
        cr_expect(ordo_lock_free_cursor_next(&cursor) == NULL);
        cr_expect(look_at(ordo_lock_free_cursor_next(&cursor)) == 0);
        ordo_lock_free_cursor_end(&cursor);
        ordo_lock_free_cursor_end(&cursor);
        ordo_participant_unregister(&self);
        end(5);
    }
}

/* The body removes the element that it is at, and others before and after, and inserts. */
Test(lock_free_list, changes_from_within)
{
    FOR_EACH_SCHEME (scheme) {
        uint64_t met = 0;

        start(scheme);
        ordo_participant *self = domain_register(&domain);
        for (uint32_t key = 0; key < 20; key++)
            insert(self, key);
        ORDO_LOCK_FREE_LIST_FOR_EACH (each, &list, self) {
            const uint32_t key = look_at(each);
            met |= UINT64_C(1) << key;
            if (key % 5 == 1) {
                cr_expect(take_out(self, key - 1) && take_out(self, key)
                          && take_out(self, key + 1));
                cr_expect(look_at(each) == key, "it stays for this turn");
            } else if (key % 5 == 3) {
                cr_expect(take_out(self, key) && insert(self, key), "the same once more");
                if (key == 13)
                    cr_expect(insert(self, 40));
            }
        }
        /* 2, 7, 12 and 17 were removed before their turn. */
        cr_expect(met == ((UINT64_C(0xfffff) & ~UINT64_C(0x21084)) | UINT64_C(1) << 40), "%llx",
                  (unsigned long long)met);
        ordo_participant_unregister(&self);
        end(25);
    }
}

/* ---- Several threads ------------------------------------------------------------------------- */

enum { threads = 4 };

struct crowd {
    unsigned int rounds;
    ordo_atomic_u32 inserted;
    ordo_atomic_u32 wrong;
    ordo_atomic_isize balance[key_limit]; /* insertions less removals of a key */
    ordo_atomic_bool stop;
};

static void expect(struct crowd *crowd, bool condition)
{
    if (!condition)
        ordo_fetch_add(&crowd->wrong, 1, ordo_relaxed);
}

/* Each thread has keys of its own, so it knows what is there; their neighbours are those of the
 * others. */
static void own_keys(unsigned thread, void *shared)
{
    struct crowd *const crowd = shared;
    ordo_participant *self = domain_register(&domain);
    uint64_t random = thread + 1;
    bool is_in[key_limit] = {false};

    for (unsigned int i = 0; i < crowd->rounds; i++) {
        const uint64_t number = random_next(&random);
        const uint32_t key = (uint32_t)(number >> 8) % (key_limit / threads) * threads + thread;

        if ((number & 1) == 0) {
            expect(crowd, insert(self, key) == !is_in[key]);
            ordo_add(&crowd->inserted, !is_in[key], ordo_relaxed);
            is_in[key] = true;
        } else {
            expect(crowd, take_out(self, key) == is_in[key]);
            is_in[key] = false;
        }
        expect(crowd, contains(self, key) == is_in[key]);
        domain_announce(&domain, self);
    }
    ordo_participant_unregister(&self);
}

Test(lock_free_list, neighbours_come_and_go)
{
    FOR_EACH_SCHEME (scheme) {
        struct crowd crowd = {.rounds = test_rounds(20)};

        start(scheme);
        run_threads(threads, own_keys, &crowd);
        cr_expect(ordo_load(&crowd.wrong, ordo_relaxed) == 0);
        end(ordo_load(&crowd.inserted, ordo_relaxed));
    }
}

/* All want the same few keys: of each, insertions and removals that succeed take turns. */
static void same_keys(unsigned thread, void *shared)
{
    struct crowd *const crowd = shared;
    ordo_participant *self = domain_register(&domain);
    uint64_t random = thread + 1;

    for (unsigned int i = 0; i < crowd->rounds; i++) {
        const uint64_t number = random_next(&random);
        const uint32_t key = number >> 8 & 3;

        if ((number & 1) == 0 && insert(self, key)) {
            ordo_add(&crowd->inserted, 1, ordo_relaxed);
            ordo_add(&crowd->balance[key], 1, ordo_relaxed);
        } else if ((number & 1) != 0 && take_out(self, key)) {
            ordo_sub(&crowd->balance[key], 1, ordo_relaxed);
        }
        domain_announce(&domain, self);
    }
    ordo_participant_unregister(&self);
}

Test(lock_free_list, all_want_the_same)
{
    FOR_EACH_SCHEME (scheme) {
        struct crowd crowd = {.rounds = test_rounds(20)};

        start(scheme);
        run_threads(threads, same_keys, &crowd);
        ordo_participant *self = domain_register(&domain);
        for (uint32_t key = 0; key < 4; key++) {
            const ptrdiff_t balance = ordo_load(&crowd.balance[key], ordo_relaxed);
            cr_expect(balance == (contains(self, key) ? 1 : 0), "%td of %u", balance, key);
        }
        ordo_participant_unregister(&self);
        end(ordo_load(&crowd.inserted, ordo_relaxed));
    }
}

/* Even keys stay, odd ones come and go: an iteration meets all that stay, once, in order. */
static void iterate(struct crowd *crowd, ordo_participant *self)
{
    for (unsigned int i = 0; i < crowd->rounds / 10; i++) {
        uint32_t least = 0, even = 0;

        ORDO_LOCK_FREE_LIST_FOR_EACH (each, &list, self) {
            const uint32_t key = look_at(each);
            expect(crowd, key >= least);
            least = key + 1;
            even += key % 2 == 0;
            if (i % 16 == 0)
                ordo_thread_yield();
            expect(crowd, look_at(each) == key);
        }
        expect(crowd, even == key_limit / 2);
        domain_announce(&domain, self);
    }
    ordo_store(&crowd->stop, true, ordo_relaxed);
}

static void iterate_beside(unsigned thread, void *shared)
{
    struct crowd *const crowd = shared;
    ordo_participant *self = domain_register(&domain);
    uint64_t random = thread + 1;

    if (thread == 0)
        iterate(crowd, self);
    while (thread != 0 && !ordo_load(&crowd->stop, ordo_relaxed)) {
        const uint64_t number = random_next(&random);
        const uint32_t key = (uint32_t)(number >> 8) % (key_limit / 2) * 2 + 1;

        if ((number & 1) == 0)
            ordo_add(&crowd->inserted, insert(self, key), ordo_relaxed);
        else
            take_out(self, key);
        domain_announce(&domain, self);
    }
    ordo_participant_unregister(&self);
}

Test(lock_free_list, iteration_meets_what_stays)
{
    FOR_EACH_SCHEME (scheme) {
        struct crowd crowd = {.rounds = test_rounds(50)};

        start(scheme);
        ordo_participant *self = domain_register(&domain);
        for (uint32_t key = 0; key < key_limit; key += 2)
            insert(self, key);
        ordo_participant_unregister(&self);
        run_threads(3, iterate_beside, &crowd);
        cr_expect(ordo_load(&crowd.wrong, ordo_relaxed) == 0);
        end(key_limit / 2 + ordo_load(&crowd.inserted, ordo_relaxed));
    }
}
