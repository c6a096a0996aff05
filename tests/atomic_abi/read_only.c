/* read_only.c [writes]: loads of memory that may not be written to, of every size. `writes`: a load
 * of 16 bytes in one word writes on this CPU, so that it ends the process; the others do not.
 */
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "abi.h"

enum { page = 4096 };

static void load(size_t size, const unsigned char *object)
{
    unsigned char result[64] = {0};

    abi_load(size, object, result, seq_cst);
    CHECK(memcmp(result, object, size) == 0, "size %zu", size);
}

/* Whether the load ends in a fault; in a child of its own. */
static bool faults(size_t size, const unsigned char *object)
{
    const pid_t pid = fork();
    int status;

    if (pid == 0) {
        load(size, object);
        _exit(0);
    }
    CHECK(pid > 0 && waitpid(pid, &status, 0) == pid, "fork");
    CHECK(WIFSIGNALED(status) || WEXITSTATUS(status) == 0, "size %zu", size);
    return WIFSIGNALED(status);
}

int main(int argc, char **argv)
{
    const bool writes = argc > 1 && strcmp(argv[1], "writes") == 0;
    unsigned char *const memory =
        mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    unsigned int count = 0, faulted = 0;

    CHECK(memory != MAP_FAILED, "mmap");
    for (int i = 0; i < page; i++)
        memory[i] = (unsigned char)(i * 7);
    CHECK(mprotect(memory, page, PROT_READ) == 0, "mprotect");
    for (size_t size = 1; size <= 40; size++)
        for (size_t offset = 0; offset < 16; offset++) {
            const bool needs_16 = offset + size <= 16 && offset % 8 + size > 8;

            if (!needs_16 || !writes) {
                load(size, memory + offset);
                count++;
            } else if (offset % 8 == 0 && size > 12) {
                CHECK(faults(size, memory + offset), "size %zu: a load that did not write", size);
                faulted++;
            }
        }
    CHECK(abi_load_1(memory, acquire) == memory[0] && abi_load_8(memory, acquire) != 0, "sized");
    printf("read_only: %u loads, %u that write\n", count, faulted);
    return 0;
}
