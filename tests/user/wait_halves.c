/* wait_halves.c: sleeps in one shared object, wakes in another, by ordo_wait or by the parking lot;
 * or asks both for the ids of two threads. wait_halves.sh says what for. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <ordo/wait.h>

static ordo_atomic_u64 object;

static void *wait(void *half)
{
    ((void (*)(ordo_atomic_u64 *))dlsym(half, "half_wait"))(&object);
    return NULL;
}

static void change(void *half)
{
    ((void (*)(ordo_atomic_u64 *))dlsym(half, "half_change"))(&object);
}

static void *park(void *half)
{
    ((int (*)(const void *))dlsym(half, "half_park"))(&object);
    return NULL;
}

static void unpark(void *half)
{
    while (((size_t(*)(const void *))dlsym(half, "half_unpark"))(&object) == 0)
        usleep(1000); /* it does not sleep yet, or in another lot */
}

/* An id that one half gives, for the other half's to be compared with: of two threads, and of one. */
static void *ask(void *half)
{
    return (void *)(uintptr_t)((uint64_t(*)(void))dlsym(half, "half_id"))();
}

static int compare_ids(void *one, void *other)
{
    const void *const own = ask(one);
    pthread_t thread;
    void *of_thread;

    if (pthread_create(&thread, NULL, ask, other) != 0 || pthread_join(thread, &of_thread) != 0)
        return 2;
    const int is_right = ask(other) == own && of_thread != own;
    printf("id: %s\n", is_right ? "one for each thread" : "confused");
    return !is_right;
}

int main(int count, char **arguments)
{
    if (count != 4)
        return 2;
    const int parks = strcmp(arguments[1], "park") == 0;
    /* "-" is the program, which then has a half of its own. */
    const char *const first = strcmp(arguments[2], "-") != 0 ? arguments[2] : NULL;
    void *const one = dlopen(first, RTLD_NOW | RTLD_LOCAL);
    void *const other = dlopen(arguments[3], RTLD_NOW | RTLD_LOCAL);
    pthread_t thread;

    if (one == NULL || other == NULL)
        return 2;
    if (strcmp(arguments[1], "id") == 0)
        return compare_ids(one, other);
    if (pthread_create(&thread, NULL, parks ? park : wait, one) != 0)
        return 2;
    usleep(100000); /* by now it sleeps */
    (parks ? unpark : change)(other);
    pthread_join(thread, NULL);
    printf("%s: woken\n", arguments[1]);
    return 0;
}
