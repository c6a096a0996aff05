/* reclamation_record.h: what a participant is inside; for the schemes. reclamation.c says how
 * records are kept.
 */
#ifndef ORDO_RECLAMATION_RECORD_H
#define ORDO_RECLAMATION_RECORD_H

#include <stddef.h>

#include "ordo/reclamation.h"
#include "ordo/thread.h"

/* The first member of a scheme's record. Only the owner, or who keeps the record for a moment,
 * touches more than `next` and `in_use`. */
struct record {
    ordo_participant participant;
    struct record *next; /* never changes */
    ordo_atomic_bool in_use;
    bool is_busy;     /* destroy functions run */
    uint32_t retired; /* how many are in `newest` */
    ordo_retired *newest;
    void *domain;
    struct ordo_thread_exit exit;
    struct ordo_thread_exit destroying; /* while it is busy */
};

/* A list of retired nodes that is taken apart. */
static inline ordo_retired *retired_pop(ordo_retired **list)
{
    ordo_retired *const node = *list;

    if (node != NULL)
        *list = node->next;
    return node;
}

static inline void retired_push(ordo_retired **list, ordo_retired *node)
{
    node->next = *list;
    *list = node;
}

/* Empties the list before each destruction, which may retire other nodes. */
static inline void retired_destroy(ordo_retired **list)
{
    ordo_retired *node;

    while ((node = retired_pop(list)) != NULL)
        node->destroy(node, node->context);
}

static inline void record_cut_short(void *record)
{
    ((struct record *)record)->is_busy = false;
}

/* Around destroy functions, which may retire; false: they run already. One that ends the thread, or
 * leaves by ordo_longjmp, leaves the rest of the list to the next time. */
static inline bool record_begin_destroying(struct record *record)
{
    if (record->is_busy)
        return false;
    record->is_busy = true;
    ordo_thread_at_exit(&record->destroying, record_cut_short, record);
    return true;
}

static inline void record_end_destroying(struct record *record)
{
    ordo_thread_not_at_exit(&record->destroying);
    record->is_busy = false;
}

/* The newest record, for walks by `next` through all there are. */
static inline struct record *record_first(const struct ordo_participants *participants)
{
    /* Acquire: pairs with the release in ordo_record_take that added it. */
    return ordo_load(&participants->newest, ordo_acquire);
}

/* Takes a record for the calling thread, one that nobody uses or a new one of `size` bytes. NULL:
 * no memory. What its last user could not destroy is still in it. */
struct record *ordo_record_take(struct ordo_participants *participants, size_t size);

/* The opposite. */
void ordo_record_give_back(struct record *record);

/* Takes each record that nobody uses for a moment, to reclaim(record). */
void ordo_record_reclaim_unused(struct ordo_participants *participants,
                                void (*reclaim)(struct record *record));

/* Calls leave(record) when the calling thread ends, or now. */
static inline void record_at_exit(struct record *record, void (*leave)(void *record))
{
    ordo_thread_at_exit(&record->exit, leave, record);
}

static inline void record_exit(struct record *record)
{
    if (record->is_busy)
        ordo_misuse("reclamation.c: a destroy function gives back the participant it runs for");
    ordo_thread_not_at_exit(&record->exit);
    record->exit.function(record);
}

/* For leave(record): calls reclaim(record), and then gives back. If a destroy function ends the
 * thread there, or jumps, leave runs again. */
static inline void record_leave(struct record *record, void (*leave)(void *record),
                                void (*reclaim)(struct record *record))
{
    record_at_exit(record, leave);
    reclaim(record);
    ordo_thread_not_at_exit(&record->exit);
    ordo_record_give_back(record);
}

/* Frees all records, of which nobody uses any; destroy(record) comes before. */
void ordo_record_free_all(struct ordo_participants *participants, size_t size,
                     void (*destroy)(struct record *record));

#endif
