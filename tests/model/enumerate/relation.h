/* relation.h: relations between the events of one execution, as bit matrices.
 *
 * Row i of a relation has bit j if (i, j) is in it. Everything is by value, so that an axiom of a
 * memory model is one expression that reads like the formula it is. Nothing here is clever: these
 * are the definitions.
 */
#ifndef ORDO_RELATION_H
#define ORDO_RELATION_H

#include <stdbool.h>
#include <stdint.h>

enum { max_events = 48 };

typedef uint64_t event_set; /* bit i: event i */

struct relation {
    int size; /* events are numbered from 0 to size - 1 */
    event_set row[max_events];
};

#define FOR_EACH_EVENT(i, size) for (int i = 0; i < (size); i++)

static inline event_set only(int event)
{
    return (event_set)1 << event;
}

/* The lowest event of a set that is not empty: `rest &= rest - 1` then takes it out. */
static inline int lowest(event_set set)
{
    return __builtin_ctzll(set);
}

static inline bool in_set(event_set set, int event)
{
    return set >> event & 1;
}

static inline struct relation nothing(int size)
{
    struct relation r;

    r.size = size;
    FOR_EACH_EVENT(i, size)
        r.row[i] = 0;
    return r;
}

/* [set]: each of its events with itself. */
static inline struct relation on(event_set set, int size)
{
    struct relation r;

    r.size = size;
    FOR_EACH_EVENT(i, size)
        r.row[i] = set & only(i);
    return r;
}

/* a | b */
static inline struct relation either(struct relation a, struct relation b)
{
    FOR_EACH_EVENT(i, a.size)
        a.row[i] |= b.row[i];
    return a;
}

/* a & b */
static inline struct relation both(struct relation a, struct relation b)
{
    FOR_EACH_EVENT(i, a.size)
        a.row[i] &= b.row[i];
    return a;
}

/* a minus b */
static inline struct relation without(struct relation a, struct relation b)
{
    FOR_EACH_EVENT(i, a.size)
        a.row[i] &= ~b.row[i];
    return a;
}

/* a;b */
static inline struct relation then(struct relation a, struct relation b)
{
    struct relation r = nothing(a.size);

    FOR_EACH_EVENT(i, a.size)
        for (event_set rest = a.row[i]; rest; rest &= rest - 1)
            r.row[i] |= b.row[lowest(rest)];
    return r;
}

/* [from];a;[to] */
static inline struct relation between(event_set from, struct relation a, event_set to)
{
    FOR_EACH_EVENT(i, a.size)
        a.row[i] = in_set(from, i) ? a.row[i] & to : 0;
    return a;
}

/* a^-1 */
static inline struct relation inverse(struct relation a)
{
    struct relation r = nothing(a.size);

    FOR_EACH_EVENT(i, a.size)
        for (event_set rest = a.row[i]; rest; rest &= rest - 1)
            r.row[lowest(rest)] |= only(i);
    return r;
}

/* a+, by Warshall's algorithm */
static inline struct relation closure(struct relation a)
{
    FOR_EACH_EVENT(middle, a.size)
        FOR_EACH_EVENT(i, a.size)
            if (in_set(a.row[i], middle))
                a.row[i] |= a.row[middle];
    return a;
}

/* a? */
static inline struct relation maybe(struct relation a)
{
    FOR_EACH_EVENT(i, a.size)
        a.row[i] |= only(i);
    return a;
}

static inline bool is_empty(struct relation a)
{
    event_set any = 0;

    FOR_EACH_EVENT(i, a.size)
        any |= a.row[i];
    return any == 0;
}

static inline bool is_irreflexive(struct relation a)
{
    FOR_EACH_EVENT(i, a.size)
        if (in_set(a.row[i], i))
            return false;
    return true;
}

static inline bool is_acyclic(struct relation a)
{
    return is_irreflexive(closure(a));
}

#endif
