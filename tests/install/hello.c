/* hello.c: a user's program, in C or C++: threads, a lock, an atomic, 128 bits, all of which come
 * to 4000. */
#include <pthread.h>
#include <stdio.h>

#include <ordo/ordo.h>

static ordo_mutex mutex = ORDO_MUTEX_INIT;
static unsigned int locked;
static ordo_atomic_u32 counted;
static ordo_atomic_u128 wide;

static void *work(void *argument)
{
    for (int i = 0; i < 1000; i++) {
        ORDO_MUTEX_GUARD(&mutex);
        locked++;
        ordo_fetch_add(&counted, 1u, ordo_relaxed);
        ordo_fetch_add(&wide, (ordo_u128)1 << 64 | 1, ordo_seq_cst);
    }
    return argument;
}

int main(void)
{
    pthread_t thread[4];
    const ordo_u128 sum = (ordo_u128)4000 << 64 | 4000;

    for (int i = 0; i < 4; i++)
        if (pthread_create(&thread[i], NULL, work, NULL) != 0)
            return 1;
    for (int i = 0; i < 4; i++)
        pthread_join(thread[i], NULL);
    if (ordo_load(&wide, ordo_acquire) != sum || ordo_load(&counted, ordo_acquire) != 4000)
        return 1;
    printf("hello from %u\n", locked);
    return 0;
}
