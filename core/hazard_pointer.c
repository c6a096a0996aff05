/* hazard_pointer.c: see hazard_pointer.h, and reclamation.c for the records.
 *
 * Each record has slots that its owner alone stores to and every scan loads:
 *
 *     slot      NULL, or a node's address, perhaps with a tag in its low bits
 *
 * A node lives through these states: linked; unlinked and in the list of one record (retired); in
 * a scan that found it in no slot (dead), then destroyed by the thread of that scan. Nobody else
 * has the list of a record, so no node is destroyed twice.
 *
 * No node is destroyed that a reader is at.
 *
 *     reader                                  who retires
 *     slot = node                             source = other       (unlinks; maybe another thread,
 *     light fence                             heavy fence           whose unlinking comes first)
 *     source still leads to node?             is the node in a slot?
 *
 * This is a Dekker pair: at least one of the two sees what the other one stored. If the reader sees
 * that `source` has changed it tries again with what is there now, and does not touch the node. If
 * it does not, the scan sees its store to the slot, or a later one to the same slot. That is a
 * release, which the scan acquires: all that the reader did with the node while the slot had it
 * happens before its destruction. A node that a scan finds in a slot waits for the next scan.
 *
 * A scan reads each slot once and needs no memory for what it finds there: it spreads the retired
 * nodes over buckets, by address, on its stack, and looks for each slot's address in one of them.
 *
 * How many. A scan keeps at most one node for each slot: no more than 8 R with R records. Retire
 * scans when the list has come to 16 R; so a scan destroys at least half, and costs R steps for
 * each node that it destroys, however large R is. The nodes of a record that is given back stay in
 * it, for its next owner, or for whoever calls reclaim.
 */
#include "ordo/hazard_pointer.h"

#include <errno.h>

#include "ordo/membarrier.h"
#include "reclamation_record.h"

enum { slots = ORDO_PARTICIPANT_SLOTS, tags = 7, buckets = 64 };

struct hazard_record {
    _Alignas(64) struct record record; /* no line is two threads' */
    ordo_atomic_ptr slot[slots];
    ordo_retired *doomed; /* retired, and in nobody's slot */
};

static struct hazard_record *hazards_of(struct record *record)
{
    return (struct hazard_record *)record;
}

static struct record *record_of(ordo_participant *participant)
{
    return (struct record *)participant;
}

/* ---- Reading --------------------------------------------------------------------------------- */

static void enter(ordo_participant *participant)
{
    (void)participant; /* slots are empty outside of sections */
}

static void *protect(ordo_participant *participant, unsigned int slot,
                     const ordo_atomic_ptr *source)
{
    ordo_atomic_ptr *const hazard = &hazards_of(record_of(participant))->slot[slot];
    void *seen = ordo_load(source, ordo_relaxed), *before;

    do {
        before = seen;
        /* Release: what was done with the node that the slot had before; pairs with the acquire in
         * scan. */
        ordo_store(hazard, before, ordo_release);
        ordo_fence_light(); /* pairs with the heavy fence in scan */
        /* Acquire: pairs with the release of who linked the node. */
        seen = ordo_load(source, ordo_acquire);
    } while (seen != before);
    return seen;
}

static void leave(ordo_participant *participant, unsigned int first)
{
    struct hazard_record *const hazards = hazards_of(record_of(participant));

    /* Release: as in protect. */
    for (unsigned int slot = first; slot < participant->slots; slot++)
        ordo_store(&hazards->slot[slot], NULL, ordo_release);
}

/* ---- Retiring -------------------------------------------------------------------------------- */

static ordo_retired **bucket_of(ordo_retired *bucket[], uintptr_t address)
{
    /* Neighbouring blocks of the heap are 16, 32 or more bytes apart. */
    return &bucket[(address >> 4 ^ address >> 10) % buckets];
}

/* Moves the node of this address to the list `kept`, if it is in a bucket. */
static void keep(struct record *record, ordo_retired *bucket[], uintptr_t address)
{
    ordo_retired **at = bucket_of(bucket, address);

    while (*at != NULL && (uintptr_t)*at != address)
        at = &(*at)->next;
    if (*at != NULL) {
        retired_push(&record->newest, retired_pop(at));
        record->retired++;
    }
}

static void scan_once(struct record *record)
{
    struct ordo_participants *const participants = record->domain;
    ordo_retired *bucket[buckets] = {NULL}, *node;

    while ((node = retired_pop(&record->newest)) != NULL)
        retired_push(bucket_of(bucket, (uintptr_t)node), node);
    record->retired = 0;
    ordo_fence_heavy(); /* pairs with the light fence in protect */
    for (struct record *each = record_first(participants); each != NULL; each = each->next)
        for (unsigned int slot = 0; slot < slots; slot++) {
            /* Acquire: pairs with the releases in protect and leave. */
            void *const held = ordo_load(&hazards_of(each)->slot[slot], ordo_acquire);

            if (held != NULL)
                keep(record, bucket, (uintptr_t)held & ~(uintptr_t)tags);
        }
    for (unsigned int i = 0; i < buckets; i++)
        while ((node = retired_pop(&bucket[i])) != NULL)
            retired_push(&hazards_of(record)->doomed, node);
    retired_destroy(&hazards_of(record)->doomed);
}

static bool has_many(const struct record *record)
{
    const struct ordo_participants *const participants = record->domain;

    return record->retired >= 2 * slots * ordo_load(&participants->count, ordo_relaxed);
}

/* What destroy functions retire does not start another scan. */
static void scan(struct record *record)
{
    if ((record->newest == NULL && hazards_of(record)->doomed == NULL)
        || !record_begin_destroying(record))
        return;
    do
        scan_once(record);
    while (has_many(record));
    record_end_destroying(record);
}

static void retire(ordo_participant *participant, ordo_retired *node)
{
    struct record *const record = record_of(participant);

    retired_push(&record->newest, node);
    record->retired++;
    if (has_many(record))
        scan(record);
}

static void reclaim(ordo_participant *participant)
{
    struct record *const record = record_of(participant);

    scan(record);
    ordo_record_reclaim_unused(record->domain, scan);
}

/* ---- Coming and going ------------------------------------------------------------------------ */

/* Also when the thread ends, if need be in a section. */
static void go(void *record)
{
    ordo_participant *const participant = record;

    leave(participant, 0);
    participant->slots = 0;
    record_leave(record, go, scan);
}

static void unregister(ordo_participant *participant)
{
    record_exit(record_of(participant));
}

static const struct ordo_reclamation scheme = {enter, protect, leave, retire, reclaim, unregister};

int ordo_hazard_register(ordo_hazard_domain *domain, ordo_participant **participant)
{
    struct record *const record =
        ordo_record_take(&domain->participants, sizeof(struct hazard_record));

    if (record == NULL)
        return ENOMEM;
    record->domain = &domain->participants;
    record->participant.scheme = &scheme;
    record_at_exit(record, go);
    *participant = &record->participant;
    return 0;
}

static void destroy_rest(struct record *record)
{
    retired_destroy(&hazards_of(record)->doomed);
    retired_destroy(&record->newest);
    record->retired = 0;
}

void ordo_hazard_domain_destroy(ordo_hazard_domain *domain)
{
    ordo_record_free_all(&domain->participants, sizeof(struct hazard_record), destroy_rest);
}
