/* candidates.h: every execution of a litmus program, by brute force, under a memory model.
 *
 * A model says two things: which events an instruction can become (a compare has more than one way
 * to go), and which executions are consistent. An execution is a choice of a way for each
 * instruction, of a write for each read to read from (rf), and of an order of the writes of each
 * location (co). All choices are tried; nothing is pruned but what has no values.
 */
#ifndef ORDO_CANDIDATES_H
#define ORDO_CANDIDATES_H

#include "program.h"
#include "relation.h"

#include <stddef.h>

enum event_kind { event_read, event_write, event_fence };

enum condition { any_value, equal_to_expected, different_from_expected };

struct event {
    enum event_kind kind;
    unsigned int marks; /* what the model knows it by: orderings, attributes */
    int location;       /* not of a fence */
    /* Of a read: what it must see, or the execution is none. */
    enum condition condition;
    int expected;
    int result;  /* the register it goes to; -1: none */
    bool stored; /* and goes there as a compare that stored */
    /* Of a write: `value`, and if `adds`, that plus what the read of the same RMW saw. */
    int value;
    bool adds;
    bool pairs; /* a write that with the read before it in its path is one RMW */
};

/* One way to run an instruction: its events in program order. */
enum { max_path_events = 12, max_paths = 8 };
struct path {
    int count;
    struct event events[max_path_events];
};
struct paths {
    int count;
    struct path list[max_paths];
};

/* An execution, and the relations that every model starts from. Events 0 to locations - 1 are the
 * initial writes, before all others in po and in co. */
struct execution {
    int size;
    struct event events[max_events];
    event_set reads, writes, fences;
    struct relation po, rmw, same_location, same_thread, rf, co;
    struct relation fr; /* rf^-1;co: from a read to the writes that overwrite what it read. (A read
                           and a write are different events here, so it has no identity.) */
    int values[max_events]; /* read or written */
};

struct model {
    const char *name;
    void (*paths)(const struct instruction *instruction, struct paths *paths, const void *how);
    bool (*consistent)(const struct execution *execution, const void *how);
    const void *how; /* options of the two */
};

struct outcomes {
    outcome *list; /* sorted */
    size_t count, capacity;
};

struct results {
    struct outcomes allowed, candidates; /* of consistent executions, of all */
    unsigned long executions;            /* consistent ones; no two are the same */
    unsigned long tried;
};

/* The caller releases the results. Trying stops beyond `limit` candidates, and `tried` shows it. */
struct results enumerate(const struct program *program, const struct model *model,
                         unsigned long limit);
void release_results(struct results *results);

bool has_outcome(const struct outcomes *set, outcome final);
void add_outcome(struct outcomes *set, outcome final);
bool same_outcomes(const struct outcomes *a, const struct outcomes *b);
/* The events of the execution with any of these marks. */
event_set marked(const struct execution *execution, unsigned int marks);

/* RC11: rc11.c. Each axiom can be left out, to compare with hardware or to see that it matters. */
struct rc11 {
    bool without_coherence, without_atomicity, without_psc, without_release_sequence,
        without_thin_air;
};
struct model rc11_model(const struct rc11 *axioms);

/* What the architectures know an event by. compile.c gives the marks. */
enum {
    mark_acquire = 1,    /* Armv8: attribute A */
    mark_acquire_pc = 2, /* Q */
    mark_release = 4,    /* L */
    mark_amo = 8,        /* read or write of one instruction, not of an exclusive pair */
    mark_dmb_full = 16,
    mark_dmb_load = 32,
    mark_locked = 64,    /* x86: X */
    mark_mfence = 128
};
bool armv8_consistent(const struct execution *execution, const void *unused);
bool x86_tso_consistent(const struct execution *execution, const void *unused);

#endif
