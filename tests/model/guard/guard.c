/* guard.c: tests that go wrong where the checker's hooks do not reach. model.sh runs each by itself:
 * the program must end with one line, the seed, and exit status 2. */
#include "subject.h"

MODEL_TEST(crash, .expect = model_passes)
{
    static struct { char far_away[8192]; int value; } *nothing;
    model_assert(nothing->value == 0);
}

static int descend(int steps)
{
    volatile char frame[400];
    frame[0] = (char)steps;
    return steps == 0 ? 0 : descend(steps - 1) + frame[0];
}

MODEL_TEST(full_stack, .expect = model_passes)
{
    model_assert(descend(50000) != 1);
}

/* Nothing in it can be seen from outside: the variable's address is never taken. */
MODEL_TEST(empty_loop, .expect = model_passes)
{
    for (int i = 1; i != 0;)
        if (i < 0)
            break;
}
