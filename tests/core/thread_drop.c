/* thread_drop.c: two threads drop the last two handles of a third one, which has ended. What the
 * first did with it happens before the free by the second: if not, ThreadSanitizer sees it, as does
 * AddressSanitizer a record that is freed too early or never. */
#include <criterion/criterion.h>

#include "ordo/thread.h"
#include "rounds.h"

TestSuite(thread_drop, .timeout = 60);

static void *end_at_once(void *unused)
{
    return unused;
}

static void *unpark_and_drop(void *thread)
{
    ordo_thread_unpark(thread);
    ordo_thread_drop(thread);
    return NULL;
}

Test(thread_drop, by_two)
{
    const unsigned int rounds = test_rounds(500);

    for (unsigned int i = 0; i < rounds; i++) {
        ordo_thread *ended, *users[2];

        cr_assert(ordo_thread_spawn(&ended, end_at_once, NULL) == 0);
        ordo_thread *const handles[2] = {ordo_thread_clone(ended), ordo_thread_clone(ended)};
        ordo_thread_join(ended);
        for (int user = 0; user < 2; user++)
            cr_assert(ordo_thread_spawn(&users[user], unpark_and_drop, handles[user]) == 0);
        for (int user = 0; user < 2; user++)
            ordo_thread_join(users[user]);
    }
}
