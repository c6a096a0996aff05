/* ring.c: a queue of one producer and one consumer.
 *
 * Each index has one writer. The producer's store of `tail` releases the slot it filled, the
 * consumer's store of `head` the slot it emptied; each loads the other's index with acquire before
 * it touches a slot, and its own relaxed. A ring of one slot reuses it at once.
 */
#include "subject.h"

enum fault {
    relaxed_tail_store = 1,
    relaxed_tail_load,
    relaxed_head_store,
    relaxed_head_load,
    no_room_check
};

enum { slots = 1, messages = 2 };

static struct {
    ordo_atomic_u32 head, tail; /* taken and added so far; they may wrap around */
    unsigned int slot[slots];
} ring;

static bool try_push(unsigned int value)
{
    const uint32_t tail = ordo_load(&ring.tail, ordo_relaxed);

    if (tail - ordo_load(&ring.head, unless(relaxed_head_load, ordo_acquire)) == slots &&
        !seeded(no_room_check))
        return false;
    ring.slot[tail % slots] = value;
    ordo_store(&ring.tail, tail + 1, unless(relaxed_tail_store, ordo_release));
    return true;
}

static bool try_pop(unsigned int *value)
{
    const uint32_t head = ordo_load(&ring.head, ordo_relaxed);

    if (ordo_load(&ring.tail, unless(relaxed_tail_load, ordo_acquire)) == head)
        return false;
    *value = ring.slot[head % slots];
    ordo_store(&ring.head, head + 1, unless(relaxed_head_store, ordo_release));
    return true;
}

static void producer(void)
{
    for (unsigned int i = 0; i < messages; i++)
        while (!try_push(i))
            ordo_spin_hint();
}

static void consumer(void)
{
    for (unsigned int i = 0; i < messages; i++) {
        unsigned int value = 0;

        while (!try_pop(&value))
            ordo_spin_hint();
        model_assert(value == i);
    }
}

static void two_messages(void)
{
    TOGETHER(producer, consumer);
}

SOUND(two_messages, .expect = model_passes)
FAULTY(two_messages, relaxed_tail_store, .expect = model_data_race)
FAULTY(two_messages, relaxed_tail_load, .expect = model_data_race)
FAULTY(two_messages, relaxed_head_store, .expect = model_data_race)
FAULTY(two_messages, relaxed_head_load, .expect = model_data_race)
FAULTY(two_messages, no_room_check, .expect = model_data_race)
