/* graph.h: an execution graph: the events of an execution, in the order in which they were added,
 * with reads-from, modification order and the relations of RC11 derived from them.
 *
 * A thread's events are numbered from 1. What is before an event in a relation that follows program
 * order is a prefix of each thread, so happens-before and the causal prefix (sb and rf, transitive)
 * are vector clocks. Locations are numbered by their first use in a test; event number l is the
 * store that initialises location l, before everything else.
 */
#ifndef ORDO_MODEL_GRAPH_H
#define ORDO_MODEL_GRAPH_H

#include <stdbool.h>
#include <stdint.h>

#include "ordo/order.h"
#include "ordo/symbols.h"

enum { MAX_THREADS = 8, MAX_EVENTS = 4096, MAX_LOCATIONS = 256 };
enum { NONE = 0xffff };       /* no event, no location */
enum { NON_ATOMIC = 1 };      /* beside enum ordo_order, which leaves this value free */

typedef uint16_t event_id;
typedef uint16_t clocks __attribute__((vector_size(2 * MAX_THREADS)));

enum event_kind {
    EVENT_INIT,
    EVENT_READ,
    EVENT_WRITE,
    EVENT_FENCE,
    EVENT_SPAWN, /* other: the thread */
    EVENT_BEGIN, /* from: the spawn */
    EVENT_END,
    EVENT_JOIN,   /* other: the thread; from: its end */
    EVENT_CHOICE, /* value: what was chosen, below `count` */
    /* Not in a graph: */
    STEP_AWAIT,  /* the thread waits for another store than those it read */
    STEP_STOPPED /* the thread goes no further */
};

enum rmw { RMW_NO, RMW_ALWAYS, RMW_COMPARE };
enum fence_kind {
    FENCE_PLAIN, FENCE_HEAVY, FENCE_LIGHT,
    FENCE_LIGHT_END /* the second one of a restartable step, whose first is 3 events before */
};

/* What the code under test asked for: a function of what its thread read before. */
struct step {
    uint8_t kind;      /* enum event_kind */
    uint8_t order;     /* enum ordo_order or NON_ATOMIC */
    uint8_t failure;   /* of a compare that fails */
    uint8_t rmw;       /* of a read: whether its write follows; of a write: whether it is one */
    uint8_t fence;     /* enum fence_kind */
    uint8_t size;
    bool hidden;       /* on a futex queue: orders nothing that the program does */
    bool at_once;      /* nothing comes between it and the step before in its thread */
    bool woken;        /* a waiter's read of the store that took it off the queue */
    uint8_t ticket;    /* whose */
    uint8_t choice;    /* enum choice_kind (engine.h) */
    uint8_t other;     /* spawn, join */
    uint16_t location;
    uint16_t word;     /* hidden read: the event that read the futex word, if the call does */
    uint32_t count;    /* choice; hidden, of a wait: its bits */
    ordo_u128 value;   /* to store */
    ordo_u128 expected; /* hidden, of a wake or requeue: what it asks for, which tickets move */
    const char *name;  /* of the operation */
    const void *site;  /* where it was called from */
};

struct event {
    struct step step;
    uint8_t thread;          /* MAX_THREADS: none, an initial store */
    bool fresh;              /* not yet checked for races */
    bool settled;            /* of a plain store: its value is known */
    uint16_t index;
    event_id previous;       /* in the thread */
    event_id neighbour;      /* the one before at this location, in the order of addition */
    event_id from;           /* reads-from; spawn of a begin; end of a join */
    event_id mo_next, mo_previous;
    event_id release_fence;  /* the thread's last one */
    ordo_u128 value;         /* read, stored or chosen */
    clocks hb;               /* what happens before, and the event itself */
    clocks causes;           /* the same for (sb | rf)+ */
    clocks message;          /* of a store: what happens before an acquire load that reads it */
    clocks pending;          /* what an acquire fence would add to hb */
};

struct graph {
    unsigned int count;
    unsigned int locations;
    struct event events[MAX_EVENTS];
    /* Derived. */
    unsigned int length[MAX_THREADS];
    event_id at[MAX_THREADS][MAX_EVENTS]; /* by index */
    event_id newest[MAX_LOCATIONS];       /* head of the neighbours */
    event_id last_store[MAX_LOCATIONS];   /* in modification order */
};

/* The one graph that the engine works on. */
extern struct graph graph;

void graph_empty(unsigned int locations);
/* Adds an event; its clocks are computed unless it is a read. A write is in no modification order
 * yet. NONE if there is no room. */
event_id graph_add(unsigned int thread, const struct step *step);
void graph_set_from(event_id read, event_id from); /* reads-from; computes clocks */
void graph_place(event_id write, event_id after);  /* in modification order */
void graph_unplace(event_id write);
/* Keeps the events for which `kept` is true, all prefixes of threads; returns the new number of
 * `follow`. The last event is kept and in no modification order. */
event_id graph_restrict(const bool *kept, event_id follow);
/* Recomputes what is derived, after events were copied in. */
void graph_index(void);

/* Read and acquire side, write and release side of an event that has its value. */
bool is_exclusive(const struct event *read);
unsigned int order_of(const struct event *event);
bool is_acquire(const struct event *event);
bool is_release(const struct event *event);

static inline bool is_store(const struct event *event)
{
    return event->step.kind == EVENT_WRITE || event->step.kind == EVENT_INIT;
}

/* `earlier` happens before what has the clocks `now`, or is it. */
static inline bool within(const struct event *earlier, clocks now)
{
    return earlier->thread == MAX_THREADS || earlier->index <= now[earlier->thread];
}

static inline bool happens_before(const struct event *earlier, const struct event *later)
{
    return earlier != later && within(earlier, later->hb);
}

bool mo_before(event_id earlier, event_id later);

/* The axioms. Each looks only at what the newest choice can have broken. */
bool read_is_coherent(event_id read);
bool write_is_coherent(event_id write);
bool write_is_atomic(event_id write);
bool word_is_stale(event_id word_read, event_id queue_store);
bool psc_is_acyclic(void);

#endif
