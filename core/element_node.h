/* element_node.h: nodes with elements of a type that is known at run time; see element_type.h. */
#ifndef ORDO_ELEMENT_NODE_H
#define ORDO_ELEMENT_NODE_H

#include <stdint.h>
#include <string.h>

#include "ordo/element_type.h"

typedef struct ordo_element_node element_node;

static inline void *element_of(element_node *node)
{
    return node + 1;
}

static inline element_node *node_of(const void *element)
{
    return (element_node *)(uintptr_t)element - 1;
}

/* With a copy of *element; NULL: no memory. */
static inline element_node *node_new(const struct ordo_element_type *type, const void *element)
{
    element_node *const node =
        type->size <= SIZE_MAX - sizeof *node
            ? ordo_allocate(type->allocator, sizeof *node + type->size, _Alignof(element_node))
            : NULL;

    if (node != NULL) {
        ordo_store(&node->next, NULL, ordo_relaxed);
        memcpy(element_of(node), element, type->size);
    }
    return node;
}

/* Its element was moved out, or never in. */
static inline void node_free(const struct ordo_element_type *type, element_node *node)
{
    ordo_deallocate(type->allocator, node, sizeof *node + type->size);
}

/* With its element. */
static inline void node_destroy(const struct ordo_element_type *type, element_node *node)
{
    if (type->destroy != NULL)
        type->destroy(element_of(node));
    node_free(type, node);
}

/* For ordo_participant_retire, whose context cannot be a pointer to a constant. */
static inline void *retired_context(const struct ordo_element_type *type)
{
    return (void *)(uintptr_t)type;
}

static inline void free_retired(ordo_retired *node, void *type)
{
    node_free(type, (element_node *)node);
}

static inline void destroy_retired(ordo_retired *node, void *type)
{
    node_destroy(type, (element_node *)node);
}

#endif
