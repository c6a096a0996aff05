/* wait_halves.c: waits, and parks, in one shared object, notifies and unparks in another;
 * wait_halves.sh says what for. */
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

static void *park(void *half)
{
    ((int (*)(const void *))dlsym(half, "half_park"))(&object);
    return NULL;
}

int main(int count, char **halves)
{
    if (count != 3)
        return 2;
    /* "-" is the program, which then has a half of its own. */
    const char *const first = strcmp(halves[1], "-") != 0 ? halves[1] : NULL;
    void *const one = dlopen(first, RTLD_NOW | RTLD_LOCAL);
    void *const other = dlopen(halves[2], RTLD_NOW | RTLD_LOCAL);
    pthread_t thread;

    if (one == NULL || other == NULL || pthread_create(&thread, NULL, wait, one) != 0)
        return 2;
    usleep(100000); /* by now it sleeps */
    ((void (*)(ordo_atomic_u64 *))dlsym(other, "half_change"))(&object);
    pthread_join(thread, NULL);
    puts("woken");

    if (pthread_create(&thread, NULL, park, one) != 0)
        return 2;
    while (((size_t(*)(const void *))dlsym(other, "half_unpark"))(&object) == 0)
        usleep(1000); /* it does not sleep yet, or in another lot */
    pthread_join(thread, NULL);
    puts("unparked");
    return 0;
}
