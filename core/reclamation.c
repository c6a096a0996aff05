/* reclamation.c: see reclamation.h; the records of a domain's participants.
 *
 * A record is in the list of its domain from its first use to the end of the domain; the list only
 * grows, at its head. So a walk needs no protection of its own, and a compare-exchange of the head
 * means what it says: no record is ever there a second time.
 *
 *     in_use    false    nobody's; may hold retired nodes that its last user could not destroy
 *               true     a participant's, or kept for a moment by who destroys those nodes
 *
 * Who makes `in_use` true has the record, and all of it that is plain. Giving back is a release,
 * taking an acquire. As the retired nodes of a record stay in it, there is no list of orphans, and
 * the number of nodes is bounded by the number of records.
 *
 * No participant is missed. A scheme walks through the records after a heavy fence, that is: a
 * participant whose record the walk misses was added later, so that what it reads after its next
 * light fence is what the fence's thread had changed. If another record was added on top, the walk
 * sees either both or neither of the two additions of one record: each is a read-modify-write of
 * the head, and goes on with the release sequence of those before it.
 */
#include "reclamation_record.h"

#include <string.h>

enum { cache_line = 64 };

/* Whether the caller has it now. */
static bool try_keep(struct record *record)
{
    /* Acquire: pairs with the release in ordo_record_give_back. The load spares records that
     * are in use the write. */
    return !ordo_load(&record->in_use, ordo_relaxed)
           && !ordo_exchange(&record->in_use, true, ordo_acquire);
}

void ordo_record_give_back(struct record *record)
{
    /* Release: hands over what is plain in it, and all that its user did as a participant. */
    ordo_store(&record->in_use, false, ordo_release);
}

static void give_back(void *record)
{
    ordo_record_give_back(record);
}

void ordo_record_reclaim_unused(struct ordo_participants *participants,
                                void (*reclaim)(struct record *record))
{
    for (struct record *each = record_first(participants); each != NULL; each = each->next)
        if (try_keep(each)) {
            ordo_thread_at_exit(&each->exit, give_back, each); /* a destroy function may end it */
            reclaim(each);
            ordo_thread_not_at_exit(&each->exit);
            ordo_record_give_back(each);
        }
}

struct record *ordo_record_take(struct ordo_participants *participants, size_t size)
{
    struct record *record;
    void *head;

    for (record = record_first(participants); record != NULL; record = record->next)
        if (try_keep(record))
            return record;
    record = ordo_allocate(participants->allocator, size, cache_line);
    if (record == NULL)
        return NULL;
    memset(record, 0, size);
    ordo_store(&record->in_use, true, ordo_relaxed);
    head = ordo_load(&participants->newest, ordo_relaxed);
    do
        record->next = head;
    /* Release: pairs with the acquire in record_first. */
    while (!ordo_compare_exchange(&participants->newest, &head, record, ordo_release,
                                  ordo_relaxed));
    /* Relaxed: a number that is behind makes a scan come earlier than it need. */
    ordo_fetch_add(&participants->count, 1, ordo_relaxed);
    return record;
}

void ordo_record_free_all(struct ordo_participants *participants, size_t size,
                     void (*destroy)(struct record *record))
{
    struct record *record = record_first(participants);

    for (struct record *each = record; each != NULL; each = each->next) {
        if (!try_keep(each))
            ordo_misuse("reclamation.c: a domain is destroyed that has a participant");
        destroy(each);
    }
    while (record != NULL) {
        struct record *const next = record->next;

        ordo_deallocate(participants->allocator, record, size);
        record = next;
    }
    ordo_store(&participants->newest, NULL, ordo_relaxed);
    ordo_store(&participants->count, 0, ordo_relaxed);
}
