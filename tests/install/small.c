/* small.c: a program that takes only the locks that need no operating system. */
#include <stdio.h>

#include <ordo/freestanding.h>

static ORDO_TICKET_LOCK(unsigned int) counter;

int main(void)
{
    for (int i = 0; i < 4000; i++)
        ORDO_TICKET_LOCK_SCOPE (n, &counter)
            ++*n;
    printf("hello from %u\n", counter.data);
    return 0;
}
