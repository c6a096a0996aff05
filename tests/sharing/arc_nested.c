/* arc_nested.c: values that have Arcs of others, and Weaks of themselves. */
#include <criterion/criterion.h>
#include <errno.h>

#include "census.h"
#include "ordo/ordo.h"

TestSuite(arc_nested, .timeout = 60);

static unsigned int destroyed;

static uint32_t live(const struct census *census)
{
    return ordo_load(&census->live, ordo_relaxed);
}

struct node;
ORDO_ARC(node_arc, node_weak, struct node);

struct node {
    node_arc next;
    node_weak self;
    int number;
};

static void destroy_node(void *value)
{
    struct node *const node = value;
    node_arc gone;
    node_weak again = ordo_weak_clone(&node->self);

    cr_expect(!ordo_weak_upgrade(&again, &gone), "it is being destroyed");
    if (node->next.value != NULL) {
        node_arc other = ordo_arc_clone(&node->next);
        ordo_arc_drop(&other);
    }
    ordo_weak_drop(&again);
    ordo_weak_drop(&node->self);
    ordo_arc_drop(&node->next);
    destroyed++;
}

static int build_node(struct node *node, const node_weak *self, int *number)
{
    node_arc early;

    cr_expect(!ordo_weak_upgrade(self, &early), "it is not there yet");
    cr_expect(ordo_weak_strong_count(self) == 0);
    if (*number < 0)
        return *number;
    *node = (struct node){.self = ordo_weak_clone(self), .number = *number};
    return 0;
}

Test(arc_nested, new_cyclic)
{
    struct census census;
    node_arc first, second;
    int number = 1;

    census_start(&census);
    cr_assert(ordo_arc_new_cyclic(&first, build_node, &number, destroy_node, &census.allocator)
              == 0);
    cr_expect(ordo_arc_strong_count(&first) == 1 && ordo_arc_weak_count(&first) == 1);
    cr_expect(ordo_weak_upgrade(&first.value->self, &second) && ordo_arc_ptr_eq(&first, &second));
    ordo_arc_drop(&second);
    number = 2;
    cr_assert(ordo_arc_new_cyclic(&second, build_node, &number, destroy_node, &census.allocator)
              == 0);
    second.cell->next = first;
    cr_expect(second.value->next.value->number == 1);
    ordo_arc_drop(&second);
    cr_expect(destroyed == 2 && live(&census) == 0);
}

static node_weak kept;

static int build_and_fail(struct node *node, const node_weak *self, void *unused)
{
    (void)node;
    (void)unused;
    kept = ordo_weak_clone(self);
    return -5;
}

Test(arc_nested, new_cyclic_fails)
{
    struct census census;
    node_arc arc = {0};
    unsigned int turns = 0;
    int number = -5;

    for (unsigned int i = 1; census_fails(&census, i); i++, turns++) {
        const int error = ordo_arc_new_cyclic(&arc, build_node, &number, destroy_node,
                                              &census.allocator);
        cr_expect(error == (i == 1 ? ENOMEM : -5) && arc.value == NULL && live(&census) == 0);
    }
    cr_expect(turns == 2);
    cr_expect(ordo_arc_new_cyclic(&arc, build_and_fail, NULL, destroy_node, &census.allocator)
              == -5);
    cr_expect(live(&census) == 1 && !ordo_weak_upgrade(&kept, &arc));
    ordo_weak_drop(&kept);
    cr_expect(destroyed == 0 && live(&census) == 0);
}

/* A long chain is taken apart in a loop, which needs no more stack than one link. */
Test(arc_nested, long_chain)
{
    enum { length = 200000 };
    struct census census;
    node_arc head = {0};
    struct node node;
    int links = 0;

    census_start(&census);
    for (int i = 0; i < length; i++) {
        node = (struct node){.next = head, .number = i};
        cr_assert(ordo_arc_new(&head, &node, destroy_node, &census.allocator) == 0);
    }
    while (head.value != NULL && ordo_arc_into_inner(&head, &node)) {
        head = node.next;
        links++;
    }
    cr_expect(links == length && destroyed == 0 && live(&census) == 0);
}
