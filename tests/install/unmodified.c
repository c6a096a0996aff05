/* unmodified.c: a program that knows nothing of ordo: C11 atomics, of 4 and 16 bytes. */
#include <stdatomic.h>
#include <stdio.h>

static _Atomic unsigned int narrow;
static _Atomic unsigned __int128 wide;

int main(void)
{
    for (int i = 0; i < 4000; i++) {
        narrow++;
        wide += (unsigned __int128)1 << 64 | 1;
    }
    if (atomic_load(&wide) != ((unsigned __int128)4000 << 64 | 4000))
        return 1;
    printf("hello from %u\n", atomic_load(&narrow));
    return 0;
}
