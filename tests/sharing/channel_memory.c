/* channel_memory.c: what channels do with memory: allocations equal frees, each message is received
 * or destroyed once, nothing is lost when there is no memory, nothing is touched after the end.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../core/channel_parts.h"
#include "census.h"
#include "ordo/ordo.h"
#include "rounds.h"
#include "threads.h"

TestSuite(channel_memory, .timeout = 60);

/* A message that is in the books: each is made once, and received or destroyed once. */
struct booked {
    uint32_t number;
    uint32_t *book;
};

static void check_off(void *message)
{
    const struct booked *const booked = message;

    __atomic_fetch_add(&booked->book[booked->number], 1, __ATOMIC_RELAXED);
}

static ordo_channel_sender *sender;
static ordo_channel_receiver *receiver;

static void open_channel(size_t capacity, const struct ordo_allocator *allocator)
{
    const struct ordo_channel_options options = {.size = sizeof(struct booked),
                                                 .capacity = capacity,
                                                 .destroy = check_off,
                                                 .allocator = allocator};

    cr_assert(ordo_channel_new(&options, &sender, &receiver) == 0);
}

static bool all_once(const uint32_t *book, unsigned int count)
{
    for (unsigned int i = 0; i < count; i++)
        if (book[i] != 1)
            return false;
    return true;
}

Test(channel_memory, sizes_are_as_documented)
{
    struct census census;

    cr_expect(sizeof(struct channel) == 640);
    cr_expect(offsetof(struct channel, tail) % 128 == 0 && offsetof(struct channel, head) % 128 == 0
              && offsetof(struct channel, waiters) % 128 == 0
              && offsetof(struct channel, handles) % 128 == 0);
    census_start(&census);
    open_channel(100, &census.allocator);
    cr_expect(((struct channel *)(void *)sender)->bytes == 640 + 100 * (8 + sizeof(struct booked)));
    cr_expect(ordo_load(&census.allocations, ordo_relaxed) == 1);
    ordo_channel_sender_drop(&sender);
    ordo_channel_receiver_drop(&receiver);
    cr_expect(ordo_load(&census.live, ordo_relaxed) == 0);
}

/* Whoever goes first, what is left over is destroyed when the receivers go. */
Test(channel_memory, left_over_messages)
{
    static const size_t capacities[] = {1, 3, 64, ORDO_UNBOUNDED};

    for (int k = 0; k < 4; k++)
        for (int order = 0; order < 3; order++) {
            enum { most = 100 };
            uint32_t book[most] = {0}, count = 0;
            struct census census;
            struct booked message = {0, book};

            census_start(&census);
            open_channel(capacities[k], &census.allocator);
            while (count < most && ordo_channel_try_send(sender, &message) == 0)
                message.number = ++count;
            cr_expect(ordo_channel_receive(receiver, &message) == 0 && message.number == 0);
            check_off(&message);
            if (order == 0)
                ordo_channel_sender_drop(&sender);
            if (order == 2) {
                ordo_channel_receiver_close(receiver);
                cr_expect(all_once(book, count), "at once");
            }
            ordo_channel_receiver_drop(&receiver);
            cr_expect(all_once(book, count), "at once");
            ordo_channel_sender_drop(&sender);
            cr_expect(all_once(book, count));
            cr_expect(ordo_load(&census.live, ordo_relaxed) == 0);
        }
}

/* ---- Without memory -------------------------------------------------------------------------- */

Test(channel_memory, fails_at_each_call_in_turn)
{
    static const size_t capacities[] = {0, 1, 64, ORDO_UNBOUNDED};

    for (int k = 0; k < 4; k++) {
        struct census census;

        for (unsigned int i = 1; census_fails(&census, i); i++) {
            enum { most = 200 };
            uint32_t book[most] = {0}, sent = 0;
            const struct ordo_channel_options options = {.size = sizeof(struct booked),
                                                         .capacity = capacities[k],
                                                         .destroy = check_off,
                                                         .allocator = &census.allocator};
            const int error = ordo_channel_new(&options, &sender, &receiver);

            cr_expect(error == 0 || error == ENOMEM);
            if (error != 0) {
                cr_expect(ordo_load(&census.live, ordo_relaxed) == 0);
                continue;
            }
            for (int attempt = 0; attempt < most; attempt++) {
                struct booked message = {sent, book};
                const int result = ordo_channel_try_send(sender, &message);

                cr_expect(result == 0 || (result == ENOMEM && capacities[k] == ORDO_UNBOUNDED)
                          || (result == EAGAIN && capacities[k] != ORDO_UNBOUNDED));
                sent += result == 0;
            }
            cr_expect(capacities[k] != ORDO_UNBOUNDED || sent >= most - 1);
            ordo_channel_receiver_drop(&receiver);
            ordo_channel_sender_drop(&sender);
            cr_expect(all_once(book, sent));
            cr_expect(ordo_load(&census.live, ordo_relaxed) == 0);
        }
    }
}

/* ---- Blocks ---------------------------------------------------------------------------------- */

Test(channel_memory, blocks_are_used_again)
{
    struct census census;
    uint32_t book = 0;
    struct booked message = {0, &book};

    census_start(&census);
    open_channel(ORDO_UNBOUNDED, &census.allocator);
    for (int i = 0; i < 10000; i++) {
        cr_expect(ordo_channel_send(sender, &message) == 0);
        cr_expect(ordo_channel_receive(receiver, &message) == 0);
    }
    cr_expect(ordo_load(&census.allocations, ordo_relaxed) <= 3);
    for (int i = 0; i < 32 * 10; i++)
        cr_expect(ordo_channel_send(sender, &message) == 0);
    cr_expect(ordo_load(&census.allocations, ordo_relaxed) <= 14);
    ordo_channel_receiver_drop(&receiver);
    ordo_channel_sender_drop(&sender);
    cr_expect(book == 32 * 10 && ordo_load(&census.live, ordo_relaxed) == 0);
}

/* ---- Threads --------------------------------------------------------------------------------- */

/* Two senders, and a receiver that goes in the middle: the messages of sends that failed are
 * theirs, the others were received or destroyed. The channel is small, or at the edge of a block.
 * */
struct scene {
    ordo_channel_sender *senders[2];
    uint32_t *book;
    uint32_t each, before;
    bool by_close;
};

static void one_of_the_scene(unsigned int self, void *shared)
{
    struct scene *const scene = shared;
    struct booked message = {0, scene->book};

    if (self < 2) {
        for (uint32_t i = 0; i < scene->each; i++) {
            message.number = self * scene->each + i;
            const int error = ordo_channel_try_send(scene->senders[self], &message);

            cr_assert(error == 0 || error == EPIPE || error == EAGAIN);
            if (error != 0)
                check_off(&message);
        }
        ordo_channel_sender_drop(&scene->senders[self]);
        return;
    }
    for (uint32_t i = 0; i < scene->before; i++)
        if (ordo_channel_try_receive(receiver, &message) == 0)
            check_off(&message);
    if (scene->by_close) {
        ordo_channel_receiver_close(receiver);
        cr_assert(ordo_channel_try_receive(receiver, &message) == EPIPE);
    }
    ordo_channel_receiver_drop(&receiver);
}

static void check_the_scene(size_t capacity, unsigned int rounds)
{
    enum { each = 40 };

    for (unsigned int round = 0; round < rounds; round++) {
        uint32_t book[2 * each] = {0};
        struct census census;
        struct scene scene = {.book = book,
                              .each = 1 + round % each,
                              .before = round % 3 * 7,
                              .by_close = round % 2 == 0};

        census_start(&census);
        open_channel(capacity, &census.allocator);
        scene.senders[0] = sender;
        scene.senders[1] = ordo_channel_sender_clone(sender);
        run_threads(3, one_of_the_scene, &scene);
        cr_assert(all_once(book, 2 * scene.each));
        cr_assert(ordo_load(&census.live, ordo_relaxed) == 0);
    }
}

Test(channel_memory, receivers_go_while_senders_send)
{
    check_the_scene(1, test_rounds(200));
    check_the_scene(5, test_rounds(200));
    check_the_scene(ORDO_UNBOUNDED, test_rounds(200));
}

/* ---- The end of the memory ------------------------------------------------------------------- */

/* An allocator that unmaps what is given back: a touch after that is fatal. */
static void *map(void *context, size_t size, size_t alignment)
{
    void *const memory =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    (void)context;
    (void)alignment;
    return memory == MAP_FAILED ? NULL : memory;
}

static void unmap(void *context, void *memory, size_t size)
{
    (void)context;
    munmap(memory, size);
}

static const struct ordo_allocator maps = {map, unmap, NULL};

struct ends {
    unsigned int rounds, arrived[2];
    size_t capacity;
    void (*send)(ordo_channel_sender *sender);
    void (*receive)(ordo_channel_receiver *receiver);
    ordo_atomic_ptr ends[2];
};

/* Two threads, one with each side, do something and drop it. */
static void drop_in_turn(unsigned int self, void *shared)
{
    struct ends *const ends = shared;

    for (unsigned int round = 0; round < ends->rounds; round++) {
        if (self == 0) {
            open_channel(ends->capacity, &maps);
            ordo_store(&ends->ends[0], sender, ordo_relaxed);
            ordo_store(&ends->ends[1], receiver, ordo_relaxed);
        }
        meet(&ends->arrived[0], 2 * (round + 1));
        if (self == 0) {
            ordo_channel_sender *mine = ordo_load(&ends->ends[0], ordo_relaxed);
            ends->send(mine);
            ordo_channel_sender_drop(&mine);
        } else {
            ordo_channel_receiver *mine = ordo_load(&ends->ends[1], ordo_relaxed);
            ends->receive(mine);
            ordo_channel_receiver_drop(&mine);
        }
        meet(&ends->arrived[1], 2 * (round + 1));
    }
}

static uint32_t no_book[1];

static void try_to_send(ordo_channel_sender *mine)
{
    (void)!ordo_channel_try_send(mine, &(struct booked){0, no_book});
}

static void try_to_receive(ordo_channel_receiver *mine)
{
    struct booked message;

    (void)!ordo_channel_try_receive(mine, &message);
}

static void send_one(ordo_channel_sender *mine)
{
    cr_assert(ordo_channel_send(mine, &(struct booked){0, no_book}) == 0);
}

static void receive_to_the_end(ordo_channel_receiver *mine)
{
    struct booked message;

    while (ordo_channel_receive(mine, &message) == 0)
        continue;
}

static void check_the_ends(void (*send)(ordo_channel_sender *sender),
                           void (*receive)(ordo_channel_receiver *receiver))
{
    static const size_t capacities[] = {0, 1, ORDO_UNBOUNDED};

    for (int k = 0; k < 3; k++) {
        struct ends ends = {.rounds = test_rounds(6),
                            .capacity = capacities[k],
                            .send = send,
                            .receive = receive};

        run_threads(2, drop_in_turn, &ends);
    }
}

Test(channel_memory, unmapped_by_the_last_drop, .timeout = 300)
{
    check_the_ends(try_to_send, try_to_receive);
}

/* A message that has come lets its receiver end everything, while the sender may still be in its
 * drop, and the wake of the receiver under way. */
Test(channel_memory, unmapped_after_the_last_message, .timeout = 300)
{
    check_the_ends(send_one, receive_to_the_end);
}
