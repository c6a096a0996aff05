/* model.h: what each operation does, as plain arithmetic on values. It judges the generic back end
 * before that judges the others, and accounts for values in the tests with several threads. */
#ifndef ORDO_TEST_MODEL_H
#define ORDO_TEST_MODEL_H

#include "perform.h"

/* The value that the operation of `symbol` stores over `old`. For a bit operation `operand` is the
 * index; a compare-exchange is taken to succeed. */
value model_store(const struct symbol *symbol, value old, value operand);

/* What perform() must report. */
struct outcome model(const struct symbol *symbol, const struct operands *operands);

#endif
