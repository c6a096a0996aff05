/* copies.c ONE OTHER [apart]: two copies of libordo-atomic in one process lock one object with one
 * lock. A copy is that of a shared object that links it (copy.c), opened with RTLD_LOCAL, or, `-`,
 * that of this program. `apart`: these two have a table each, and cannot.
 *
 * Then the first one is closed, and the process forks while a thread is at a large object: the child
 * finds it unlocked and whole. copies.c ONE: that alone.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "copy.h"

enum { rounds = 20000, large = 4096, forks = 20 };

static struct copy copies[2];

#ifdef WITH_COPY
#define OWN copy_get
#else
#define OWN NULL
#endif

static struct copy copy_of(const char *path, void **handle)
{
    struct copy (*get)(void) = OWN;

    *handle = NULL;
    if (strcmp(path, "-") != 0) {
        *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
        CHECK(*handle != NULL, "%s", dlerror());
        void *const symbol = dlsym(*handle, "copy_get");
        memcpy(&get, &symbol, sizeof get);
    }
    CHECK(get != NULL, "%s has no copy", path);
    return get();
}

/* 24 bytes, all three words of which count. */
static uint64_t counter[3];

static void *count(void *argument)
{
    const struct copy *const copy = argument;

    for (int i = 0; i < rounds; i++) {
        uint64_t seen[3], next[3];

        copy->load(sizeof seen, counter, seen, seq_cst);
        do {
            CHECK(seen[0] == seen[1] && seen[1] == seen[2], "half of a value");
            for (int j = 0; j < 3; j++)
                next[j] = seen[j] + 1;
        } while (!copy->compare_exchange(sizeof seen, counter, seen, next, seq_cst, seq_cst));
    }
    return NULL;
}

static unsigned char object[large], stop;

static void *fill(void *argument)
{
    const struct copy *const copy = argument;
    unsigned char value[large];

    for (unsigned int i = 0; __atomic_load_n(&stop, __ATOMIC_RELAXED) == 0; i++) {
        memset(value, (int)(i % 256), sizeof value);
        copy->store(sizeof value, object, value, seq_cst);
    }
    return NULL;
}

static void child(const struct copy *copy)
{
    unsigned char seen[large];

    alarm(20); /* a lock that stays locked */
    copy->load(sizeof seen, object, seen, seq_cst);
    for (size_t i = 1; i < sizeof seen; i++)
        if (seen[i] != seen[0])
            _exit(1);
    copy->store(sizeof seen, object, seen, seq_cst);
    _exit(0);
}

static void fork_beside_a_thread(const struct copy *copy)
{
    pthread_t thread;

    CHECK(pthread_create(&thread, NULL, fill, (void *)copy) == 0, "pthread_create");
    for (int i = 0; i < forks; i++) {
        const pid_t pid = fork();
        int status;

        if (pid == 0)
            child(copy);
        CHECK(waitpid(pid, &status, 0) == pid, "waitpid");
        CHECK(!WIFSIGNALED(status), "fork %d: the child waits for a lock", i);
        CHECK(WEXITSTATUS(status) == 0, "fork %d: the child sees half of a value", i);
    }
    __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
    pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
    const bool apart = argc == 4 && strcmp(argv[3], "apart") == 0;
    pthread_t thread[2];
    void *handle[2];

    for (int i = 0; i + 1 < argc && i < 2; i++)
        copies[i] = copy_of(argv[i + 1], &handle[i]);
    if (argc == 2) {
        fork_beside_a_thread(&copies[0]);
        puts("copies: one, and forks");
        return 0;
    }
    CHECK(copies[0].load != copies[1].load, "this is one copy");
    CHECK((copies[0].table == copies[1].table) == !apart, "tables %p and %p", copies[0].table,
          copies[1].table);
    if (!apart) {
        for (int i = 0; i < 2; i++)
            CHECK(pthread_create(&thread[i], NULL, count, &copies[i]) == 0, "pthread_create");
        for (int i = 0; i < 2; i++)
            pthread_join(thread[i], NULL);
        CHECK(counter[0] == 2 * rounds, "lost: %llu", (unsigned long long)counter[0]);
        if (handle[0] != NULL)
            dlclose(handle[0]);
        fork_beside_a_thread(&copies[1]);
    }
    printf("copies: %s\n", apart ? "a table each, as lock_table.h says" : "one table");
    return 0;
}
