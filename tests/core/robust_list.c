/* robust_list.c: the form of the list that the kernel and the C library share, on one that neither
 * knows: which entries it has, in which order, and what their links say. Whether the kernel finds
 * its way is robust_mutex.c's to show. */
#include "ordo/robust_list.h"

#include <criterion/criterion.h>
#include <linux/futex.h>
#include <stdbool.h>

#include "random.h"
#include "rounds.h"

TestSuite(robust_list, .timeout = 60);

enum { entries = 6 };

/* As the C library has it: a pointer to the last entry in front of the head. */
static struct {
    uintptr_t previous;
    struct robust_list_head head;
} memory;
static ordo_robust_list *const list = (ordo_robust_list *)(void *)&memory.head;
static struct ordo_robust_entry entry[entries];

/* What the list should be, the newest first. Every odd one is a lock with priority inheritance of
 * the C library's, of which the link that leads to it tells. */
static unsigned int order[entries], length;

static uintptr_t head_address(void)
{
    return (uintptr_t)&memory.head.list;
}

static uintptr_t *head_link(void)
{
    return (uintptr_t *)(void *)&memory.head.list.next;
}

static void begin(void)
{
    length = 0;
    *head_link() = head_address();
    memory.previous = head_address();
}

static uintptr_t link_to(unsigned int which)
{
    return (uintptr_t)&entry[which].next | (which % 2 != 0);
}

/* Puts the lock in: ours as ordo does, the others as the C library. */
static void insert(unsigned int which)
{
    if (which % 2 == 0) {
        ordo_robust_list_insert(list, &entry[which]);
    } else {
        entry[which].previous = head_address();
        entry[which].next = *head_link();
        *(length > 0 ? &entry[order[0]].previous : &memory.previous) =
            (uintptr_t)&entry[which].next;
        *head_link() = link_to(which);
    }
    for (unsigned int i = length++; i > 0; i--)
        order[i] = order[i - 1];
    order[0] = which;
}

static void remove_at(unsigned int place)
{
    ordo_robust_list_remove(&entry[order[place]]);
    length--;
    for (unsigned int i = place; i < length; i++)
        order[i] = order[i + 1];
}

static bool is_as_it_should_be(void)
{
    uintptr_t link = *head_link(), before = head_address();
    bool right = true;

    for (unsigned int i = 0; i < length; i++) {
        right = right && link == link_to(order[i]) && entry[order[i]].previous == before;
        link = entry[order[i]].next;
        before = (uintptr_t)&entry[order[i]].next;
    }
    return right && link == head_address() && memory.previous == before;
}

Test(robust_list, newest_first_and_marks_stay)
{
    begin();
    for (unsigned int i = 0; i < entries; i++) {
        insert(i);
        cr_expect(is_as_it_should_be(), "with %u", i);
    }
    remove_at(0);
    cr_expect(is_as_it_should_be(), "the newest");
    remove_at(length - 1);
    cr_expect(is_as_it_should_be(), "the oldest");
    remove_at(1);
    cr_expect(is_as_it_should_be(), "one between two");
    while (length > 0)
        remove_at(0);
    cr_expect(is_as_it_should_be(), "none left");
}

Test(robust_list, any_order)
{
    uint64_t stream = random_mix(4);
    unsigned int rounds = test_rounds(10), wrong = 0;

    begin();
    for (unsigned int i = 0; i < rounds; i++) {
        const unsigned int which = (unsigned int)(random_next(&stream) >> 32) % entries;
        unsigned int place = 0;

        while (place < length && order[place] != which)
            place++;
        if (place == length)
            insert(which);
        else
            remove_at(place);
        wrong += !is_as_it_should_be();
    }
    cr_expect(wrong == 0, "%u", wrong);
}

Test(robust_list, pending)
{
    begin();
    ordo_robust_list_set_pending(list, &entry[0]);
    cr_expect((uintptr_t)memory.head.list_op_pending == (uintptr_t)&entry[0].next);
    ordo_robust_list_set_pending(list, NULL);
    cr_expect(memory.head.list_op_pending == NULL);
    cr_expect(is_as_it_should_be());
}
