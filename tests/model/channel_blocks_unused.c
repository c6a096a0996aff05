/* channel_blocks_unused.c: model tests of what core/channel_blocks.c does with blocks that are done:
 * its own functions, without the rest of a channel.
 */
#include "subject.h"

#include "../../core/channel_blocks.c"

static struct channel channel = {.stride = 8, .first_slot = sizeof(struct block), .mask = 1,
                                 .alignment = 16};
static struct block *a, *b, *got[2];

static void start(void)
{
    a = allocate_block(&channel);
    b = allocate_block(&channel);
}

static bool nothing_more_was_allocated(void)
{
    return ordo_load(&channel.newest, ordo_relaxed) == b;
}

static void put_a(void)
{
    put_unused(&channel, a);
}

static void get_twice(void)
{
    got[0] = get_block(&channel);
    got[1] = get_block(&channel);
}

/* Who finds the one that was just put finds the other one below it. */
MODEL_TEST(put_and_get, .expect = model_reached, .weak_failures = 1)
{
    start();
    put_unused(&channel, b);
    TOGETHER(put_a, get_twice);
    model_assert(got[0] == a ? got[1] == b : got[0] == b);
    model_assert(got[0] != a || nothing_more_was_allocated());
    model_reach(got[0] == a);
    ordo_blocks_end(&channel);
}

static void get_first(void)
{
    got[0] = get_block(&channel);
}

static void get_second(void)
{
    got[1] = get_block(&channel);
}

MODEL_TEST(two_get, .expect = model_passes, .weak_failures = 1)
{
    start();
    put_unused(&channel, a);
    put_unused(&channel, b);
    TOGETHER(get_first, get_second);
    model_assert(got[0] != got[1] && nothing_more_was_allocated());
    ordo_blocks_end(&channel);
}

/* It is taken, and put back while another thread is about to take it. */
static void get_both_and_put_the_first(void)
{
    got[0] = get_block(&channel);
    struct block *const second = get_block(&channel);

    if (second == a || second == b) {
        put_unused(&channel, got[0]);
        got[0] = second;
    }
}

MODEL_TEST(put_back, .expect = model_passes)
{
    start();
    put_unused(&channel, a);
    put_unused(&channel, b);
    TOGETHER(get_both_and_put_the_first, get_second);
    model_assert(got[0] != got[1] && get_block(&channel) != got[0]);
    ordo_blocks_end(&channel);
}

/* Each has its steps behind it when somebody uses the block again. */
static unsigned int message;

static void read_and_be_done(void)
{
    model_assert(message == 0);
    count_done(&channel, a, 1);
}

static void be_done_and_use_it(void)
{
    count_done(&channel, a, 3);
    if (get_block(&channel) == a)
        message = 1;
}

MODEL_TEST(done, .expect = model_reached)
{
    start();
    TOGETHER(read_and_be_done, be_done_and_use_it);
    model_reach(message == 1);
    ordo_blocks_end(&channel);
}

static void be_done(void)
{
    count_done(&channel, a, 3);
}

static void use_it(void)
{
    if (get_block(&channel) == a)
        message = 1;
}

MODEL_TEST(put_by_another, .expect = model_reached)
{
    start();
    TOGETHER(read_and_be_done, use_it, be_done);
    model_reach(message == 1);
    ordo_blocks_end(&channel);
}
