/* whole.c: a program with helpers and a byte of its own beside those of part.c. It sets its byte,
 * so it needs a CPU with LSE, and prints both. */
#include <stdio.h>

#include "ordo/outline.h"

int count_call(void);
int byte_of_part(void);

int main(void)
{
    int calls = 0;

    __aarch64_have_lse_atomics = 1;
    for (int i = 0; i < 100; i++)
        __atomic_add_fetch(&calls, count_call(), __ATOMIC_RELAXED);
    if (calls != 5050)
        return 1;
    printf("program %d, part %d\n", __aarch64_have_lse_atomics, byte_of_part());
    return 0;
}
