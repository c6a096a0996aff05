/* wait_halves.c: waits in one shared object, notifies in another; wait_halves.sh says what for. */
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
    return 0;
}
