/* lock_free_list.c: model tests of core/lock_free_list.c: neighbours that are inserted and removed
 * at once, in each combination, and cursors beside them. */
#include "lock_free_subject.h"

#include <errno.h>
#include <ordo/lock_free_list.h>

/* An element is its key and a mark. */
struct element {
    int key;
    int mark;
};

enum { intact = 5 };

static ordo_atomic_i32 destroyed;

static void destroy(void *element)
{
    struct element *const gone = element;

    model_assert(gone->mark == intact);
    gone->mark = 0;
    ordo_fetch_add(&destroyed, 1, ordo_relaxed);
}

static int compare(const void *a, const void *b)
{
    const struct element *const left = a, *const right = b;

    model_assert(left->mark == intact && right->mark == intact);
    return (left->key > right->key) - (left->key < right->key);
}

static const struct ordo_element_type type = {sizeof(struct element), destroy, compare, NULL};
static ordo_lock_free_list list = ORDO_LOCK_FREE_LIST_INIT(&type);
static int inserted[3]; /* by each thread */

static bool insert_by(int thread, int key)
{
    const struct element element = {key, intact};
    const int error = ordo_lock_free_list_insert(&list, self[thread], &element);

    model_assert(error == 0 || error == EEXIST);
    inserted[thread] += error == 0;
    return error == 0;
}

/* And destroys what can be, so that nodes are freed while others are at them. */
static bool remove_by(int thread, int key)
{
    const struct element element = {key, intact};
    const bool is_removed = ordo_lock_free_list_remove(&list, self[thread], &element);

    ordo_participant_reclaim(self[thread]);
    return is_removed;
}

static bool contains_by(int thread, int key)
{
    const struct element element = {key, intact};

    return ordo_lock_free_list_contains(&list, self[thread], &element);
}

/* The keys that are there, as bits; in order. */
static unsigned int keys_seen_by(int thread)
{
    unsigned int keys = 0;
    int last = -1;

    ORDO_LOCK_FREE_LIST_FOR_EACH(each, &list, self[thread]) {
        const struct element *const element = each;

        model_assert(element->mark == intact && element->key > last);
        last = element->key;
        keys |= 1u << last;
    }
    return keys;
}

/* Whether the keys that are left are these, as bits; and all that was inserted is destroyed. */
static void end(unsigned int keys)
{
    model_assert(keys_seen_by(0) == keys);
    ordo_lock_free_list_destroy(&list);
    end_domains();
    model_assert(ordo_load(&destroyed, ordo_relaxed)
                 == inserted[0] + inserted[1] + inserted[2]);
}

static void begin(void (*start)(int), int threads, int keys)
{
    start(threads);
    for (int key = 1; key <= keys; key++)
        model_assert(insert_by(0, key));
}

#define BY(thread, name, operation, key)                                                           \
    static void name(void)                                                                         \
    {                                                                                              \
        model_assert(operation(thread, key));                                                      \
    }

BY(0, insert_1, insert_by, 1)
BY(0, remove_1, remove_by, 1)
BY(0, remove_2, remove_by, 2)
BY(1, also_insert_2, insert_by, 2)
BY(1, also_insert_3, insert_by, 3)
BY(1, also_remove_2, remove_by, 2)
BY(1, also_remove_3, remove_by, 3)
BY(2, third_removes_3, remove_by, 3)

/* ---- Neighbours: each operation succeeds ----------------------------------------------------- */

MODEL_TEST(insert_beside_insert, .expect = model_passes)
{
    begin(start_hazards, 2, 0);
    TOGETHER(insert_1, also_insert_2);
    end(6);
}

MODEL_TEST(insert_behind_removed, .expect = model_passes)
{
    begin(start_hazards, 2, 1);
    TOGETHER(remove_1, also_insert_2);
    end(4);
}

MODEL_TEST(insert_before_removed, .expect = model_passes)
{
    start_hazards(2);
    insert_by(0, 2);
    TOGETHER(insert_1, also_remove_2);
    end(2);
}

MODEL_TEST(remove_beside_remove, .expect = model_passes)
{
    begin(start_hazards, 2, 2);
    TOGETHER(remove_1, also_remove_2);
    end(0);
}

MODEL_TEST(remove_in_the_middle, .expect = model_passes)
{
    begin(start_hazards, 2, 3);
    TOGETHER(remove_2, also_remove_3);
    end(2);
}

MODEL_TEST(insert_and_remove_in_the_middle, .expect = model_passes)
{
    begin(start_hazards, 2, 2);
    TOGETHER(remove_2, also_insert_3);
    end(10);
}

MODEL_TEST(remove_beside_remove_with_epochs, .expect = model_passes)
{
    begin(start_epochs, 2, 2);
    TOGETHER(remove_1, also_remove_2);
    end(0);
}

MODEL_TEST(three_removes, .expect = model_passes, .executions = 700)
{
    begin(start_hazards, 3, 3);
    TOGETHER(remove_1, also_remove_2, third_removes_3);
    end(0);
}

MODEL_TEST(two_removes_and_insert, .expect = model_passes, .executions = 700)
{
    start_hazards(3);
    insert_by(0, 1);
    insert_by(0, 3);
    TOGETHER(remove_1, also_insert_2, third_removes_3);
    end(4);
}

/* ---- The same key: one succeeds -------------------------------------------------------------- */

static bool first_did, second_did;

static void first_inserts(void)
{
    first_did = insert_by(0, 1);
}

static void second_inserts(void)
{
    second_did = insert_by(1, 1);
}

static void first_removes(void)
{
    first_did = remove_by(0, 1);
}

static void second_removes(void)
{
    second_did = remove_by(1, 1);
}

MODEL_TEST(two_inserts_of_one, .expect = model_passes)
{
    begin(start_hazards, 2, 0);
    TOGETHER(first_inserts, second_inserts);
    model_assert(first_did != second_did);
    end(2);
}

MODEL_TEST(two_removes_of_one, .expect = model_passes)
{
    begin(start_hazards, 2, 1);
    TOGETHER(first_removes, second_removes);
    model_assert(first_did != second_did);
    end(0);
}

MODEL_TEST(insert_and_remove_of_one, .expect = model_passes)
{
    begin(start_hazards, 2, 0);
    TOGETHER(first_inserts, second_removes);
    model_assert(first_did);
    end(second_did ? 0 : 2);
}

/* Removed and put in again while another removes it. */
static void remove_and_insert(void)
{
    remove_by(0, 1);
    first_did = insert_by(0, 1);
}

MODEL_TEST(again_and_again, .expect = model_passes)
{
    begin(start_hazards, 2, 1);
    TOGETHER(remove_and_insert, second_removes);
    model_assert(first_did);
    end(keys_seen_by(1));
}

/* ---- Looking beside changes ------------------------------------------------------------------ */

static unsigned int seen;

static void look_for_2(void)
{
    seen = contains_by(1, 2);
}

static void iterate(void)
{
    seen = keys_seen_by(1);
}

static void remove_1_insert_3(void)
{
    model_assert(remove_by(0, 1) && insert_by(0, 3));
}

static void remove_1_and_2(void)
{
    model_assert(remove_by(0, 1) && remove_by(0, 2));
}

MODEL_TEST(what_stays_is_found, .expect = model_passes)
{
    begin(start_hazards, 2, 2);
    TOGETHER(remove_1_insert_3, look_for_2);
    model_assert(seen);
    end(12);
}

MODEL_TEST(what_stays_is_met, .expect = model_passes)
{
    begin(start_hazards, 2, 2);
    TOGETHER(remove_1_insert_3, iterate);
    model_assert((seen & 4) != 0);
    end(12);
}

MODEL_TEST(iteration_beside_removes, .expect = model_passes, .executions = 700)
{
    begin(start_hazards, 2, 3);
    TOGETHER(remove_1_and_2, iterate);
    model_assert((seen & 8) != 0);
    end(8);
}

MODEL_TEST(iteration_beside_removes_with_epochs, .expect = model_passes)
{
    begin(start_epochs, 2, 3);
    TOGETHER(remove_1_and_2, iterate);
    model_assert((seen & 8) != 0);
    end(8);
}

/* The cursor is at an element that is removed, and the one after it too. */
static void find_and_go_on(void)
{
    const struct element key = {1, intact};

    ORDO_LOCK_FREE_LIST_FIND(found, &list, self[1], &key)
        model_assert(((const struct element *)found)->key == 1
                     && ((const struct element *)found)->mark == intact);
    seen = keys_seen_by(1);
}

MODEL_TEST(find_beside_removes, .expect = model_passes, .executions = 700)
{
    begin(start_hazards, 2, 2);
    TOGETHER(remove_1_and_2, find_and_go_on);
    end(0);
}

/* The element is inserted behind one that a second thread unlinks, and found by a third. */
static void remove_1_only(void)
{
    const struct element element = {1, intact};

    model_assert(ordo_lock_free_list_remove(&list, self[0], &element));
}

static void third_looks_for_2(void)
{
    contains_by(2, 2);
}

MODEL_TEST(insert_unlink_and_look, .expect = model_passes)
{
    begin(start_epochs, 3, 1);
    TOGETHER(remove_1_only, also_insert_2, third_looks_for_2);
    end(4);
}

/* One iterates, two remove neighbours: three slots in each, and a fourth. */
static void third_removes_2(void)
{
    model_assert(remove_by(2, 2));
}

MODEL_TEST(iteration_beside_two_removers, .expect = model_passes, .executions = 700)
{
    begin(start_hazards, 3, 3);
    TOGETHER(remove_1, iterate, third_removes_2);
    model_assert((seen & 8) != 0);
    end(8);
}

/* What was removed before is not met. */
static ordo_atomic_bool is_removed;

static void remove_and_say(void)
{
    model_assert(remove_by(0, 2));
    ordo_store(&is_removed, true, ordo_release);
}

static void iterate_after(void)
{
    const bool before = ordo_load(&is_removed, ordo_acquire);

    seen = keys_seen_by(1);
    model_assert(!before || (seen & 4) == 0);
}

MODEL_TEST(what_is_removed_is_not_met, .expect = model_passes)
{
    begin(start_hazards, 2, 3);
    TOGETHER(remove_and_say, iterate_after);
    end(10);
}

/* What came before the insert happens before what follows when its element is met. */
static int beside; /* plain */

static void write_and_insert(void)
{
    beside = 1;
    insert_by(0, 2);
}

static void iterate_and_read(void)
{
    if ((keys_seen_by(1) & 4) != 0)
        model_assert(beside == 1);
}

MODEL_TEST(insert_releases, .expect = model_passes)
{
    begin(start_hazards, 2, 1);
    TOGETHER(write_and_insert, iterate_and_read);
    end(6);
}

static void insert_it_too(void)
{
    const struct element element = {2, intact};

    if (ordo_lock_free_list_insert(&list, self[1], &element) == EEXIST)
        model_assert(beside == 1);
    else
        inserted[1]++;
}

MODEL_TEST(insert_that_fails_acquires, .expect = model_passes)
{
    begin(start_hazards, 2, 1);
    TOGETHER(write_and_insert, insert_it_too);
    end(6);
}

MODEL_TEST(no_memory, .expect = model_passes, .allocation_failures = 1)
{
    const struct element element = {1, intact};
    int error;

    if (ordo_hazard_register(&hazards, &self[0]) != 0)
        return;
    registered = 1;
    error = ordo_lock_free_list_insert(&list, self[0], &element);
    model_assert(error == 0 || error == ENOMEM);
    inserted[0] = error == 0;
    end(error == 0 ? 2 : 0);
}
