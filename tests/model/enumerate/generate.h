/* generate.h: where the programs come from that the enumerator compares models on. */
#ifndef ORDO_GENERATE_H
#define ORDO_GENERATE_H

#include "candidates.h"

/* The next program, at or after number *index, of the sequence that `seed` gives, and its results
 * under `model`; those that would keep brute force busy for long are passed over. Of three numbers
 * in a row, one has a read-modify-write, one a fence, one a compare that can fail. */
struct results next_program(uint64_t seed, unsigned long *index, const struct model *model,
                            struct program *program);

/* The same accesses, all relaxed, without the fences. */
struct program relaxed_program(const struct program *program);

/* The most a compare of this ordering promises for its failure. */
enum ordo_order failure_promise(enum ordo_order order);

/* Programs around one instruction of this kind and ordering: each way to put it, by itself or among
 * accesses of its thread, into a circle with a second thread that is ordered in one of the ways
 * there are. Calls `visit` for each until it returns false; false if it did. */
bool each_directed_program(enum kind kind, enum ordo_order order,
                           bool (*visit)(const struct program *program, void *context),
                           void *context);

#endif
