/* weaken.h: rows of ordering.tbl, made weaker in each way there is. */
#ifndef ORDO_WEAKEN_H
#define ORDO_WEAKEN_H

#include "compile.h"

struct weakening {
    struct row row;
    char what[96]; /* "ldaxr -> ldxr" */
};

/* The weakening number `index` of `row`. False if it has no more than that. */
bool weaken(const struct row *row, int index, struct weakening *result);

#endif
