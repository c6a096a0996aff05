/* memory.c: errors of memory use that the checker must find, and their harmless neighbours. */
#include "subject.h"

#include <string.h>

static int *block;
static ordo_atomic_bool ready;
static char bytes[16];
static struct {
    char left, right;
} neighbours;

static void nothing(void)
{
}

/* ---- Races on plain memory ------------------------------------------------------------------- */

static void write_first(void)
{
    bytes[0] = 1;
}

static void read_first(void)
{
    model_assert(bytes[0] <= 1);
}

static void write_left(void)
{
    neighbours.left = 1;
}

static void write_right(void)
{
    neighbours.right = 1;
}

static void copy_in(void)
{
    memcpy(bytes, "0123456789abcde", sizeof bytes);
}

static void copy_out(void)
{
    char copy[sizeof bytes];

    memcpy(copy, bytes, sizeof copy);
    model_assert(copy[15] == 0);
}

static void clear(void)
{
    memset(bytes, 0, sizeof bytes);
}

static void compare(void)
{
    model_assert(memcmp(bytes, "x", 1) != 0);
}

static void measure(void)
{
    model_assert(strlen(bytes) < sizeof bytes);
}

static void write_last(void)
{
    bytes[15] = 0;
}

#define PAIR(name, verdict, left, right)                                                           \
    MODEL_TEST(name, .expect = verdict)                                                            \
    {                                                                                              \
        TOGETHER(left, right);                                                                     \
    }

PAIR(write_and_write, model_data_race, write_first, write_first)
PAIR(write_and_read, model_data_race, write_first, read_first)
PAIR(read_and_read, model_passes, read_first, read_first)
PAIR(neighbouring_bytes, model_passes, write_left, write_right)
PAIR(memcpy_to_and_read, model_data_race, copy_in, read_first)
PAIR(memcpy_from_and_write, model_data_race, write_last, copy_out)
PAIR(memcpy_from_twice, model_passes, copy_out, copy_out)
PAIR(memset_and_write, model_data_race, clear, write_last)
PAIR(memcmp_and_write, model_data_race, write_first, compare)
PAIR(memcmp_elsewhere, model_passes, write_last, compare)
PAIR(strlen_and_write, model_data_race, write_first, measure)

static void copy_text_in(void)
{
    strncpy(bytes, "new", sizeof bytes);
}

static void append_text(void)
{
    strcat(bytes, "more");
}

static void find_byte(void)
{
    model_assert(strchr(bytes, 'z') == NULL);
}

PAIR(strncpy_and_write_last, model_data_race, write_last, copy_text_in)
PAIR(strcat_and_read_first, model_data_race, append_text, read_first)
PAIR(strchr_and_write_first, model_data_race, write_first, find_byte)
PAIR(strchr_twice, model_passes, find_byte, find_byte)

MODEL_TEST(strings_are_those_of_the_c_library, .expect = model_passes)
{
    static char text[16];
    strcpy(text, "ordo");
    strcat(text, " and");
    strncat(text, " no more", 3);
    model_assert(strcmp(text, "ordo and no") == 0 && strlen(text) == 11);
    model_assert(strnlen(text, 4) == 4 && strncmp(text, "order", 3) == 0);
    model_assert(strchr(text, 'o') == text && strrchr(text, 'o') == text + 10);
    model_assert(strstr(text, "and") == text + 5 && memchr(text, 'd', 16) == text + 2);
    strncpy(text, "new", sizeof text);
    model_assert(memcmp(text, "new\0\0\0\0\0\0\0\0\0\0\0\0", sizeof text) == 0);
}

/* An atomic access of one thread and a plain one of another race too, if one of them writes. */
static void store_ready(void)
{
    ordo_store(&ready, true, ordo_relaxed);
}

static void load_ready(void)
{
    ordo_load(&ready, ordo_relaxed);
}

static void read_ready_plainly(void)
{
    bytes[1] = *ordo_get_mut(&ready);
}

static void write_ready_plainly(void)
{
    *ordo_get_mut(&ready) = true;
}

PAIR(store_and_plain_read, model_data_race, store_ready, read_ready_plainly)
PAIR(store_and_plain_write, model_data_race, store_ready, write_ready_plainly)
PAIR(load_and_plain_write, model_data_race, load_ready, write_ready_plainly)
PAIR(plain_read_and_store, model_data_race, read_ready_plainly, store_ready)
PAIR(plain_write_and_load, model_data_race, write_ready_plainly, load_ready)
PAIR(load_and_plain_read, model_passes, load_ready, read_ready_plainly)

/* Spawning and joining order; nothing else does here. */
MODEL_TEST(before_spawn_and_after_join, .expect = model_passes)
{
    bytes[0] = 1;
    TOGETHER(nothing, read_first);
    bytes[0] = 0;
    TOGETHER(nothing, write_first);
    model_assert(bytes[0] == 1);
}

/* ---- The heap -------------------------------------------------------------------------------- */

static void free_block(void)
{
    free(block);
}

static void read_block(void)
{
    model_assert(*block == 1);
}

static void new_block(void)
{
    block = malloc(sizeof *block);
    *block = 1;
}

static void free_when_ready(void)
{
    while (!ordo_load(&ready, ordo_acquire))
        ordo_spin_hint();
    free(block);
}

static void read_block_and_say(void)
{
    read_block();
    ordo_store(&ready, true, ordo_release);
}

MODEL_TEST(read_after_free, .expect = model_use_after_free)
{
    new_block();
    free(disguised(block));
    read_block();
}

MODEL_TEST(read_while_freeing, .expect = model_use_after_free)
{
    new_block();
    TOGETHER(free_block, read_block);
}

MODEL_TEST(free_after_reading, .expect = model_passes)
{
    new_block();
    TOGETHER(free_when_ready, read_block_and_say);
}

MODEL_TEST(freed_twice, .expect = model_double_free)
{
    new_block();
    free(disguised(block));
    free(disguised(block));
}

MODEL_TEST(freed_by_two, .expect = model_double_free)
{
    new_block();
    TOGETHER(free_block, free_block);
}

MODEL_TEST(freed_never, .expect = model_leak)
{
    new_block();
}

MODEL_TEST(calloc_is_zero, .expect = model_passes)
{
    block = calloc(4, sizeof *block);
    model_assert(block[0] == 0 && block[3] == 0);
    free(block);
}

MODEL_TEST(realloc_keeps, .expect = model_passes)
{
    new_block();
    block = realloc(block, 100 * sizeof *block);
    read_block();
    free(block);
}

MODEL_TEST(allocation_fails, .expect = model_reached, .allocation_failures = 1)
{
    block = malloc(sizeof *block);
    model_reach(block == NULL);
    free(block);
}

MODEL_TEST(allocation_does_not_fail_unasked, .expect = model_never_reached)
{
    block = malloc(sizeof *block);
    model_reach(block == NULL);
    free(block);
}
