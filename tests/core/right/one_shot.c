/* one_shot.c: every macro of one_shot.h, in C and C++. */
#include "ordo/one_shot.h"

static ORDO_ONE_SHOT(int) channel = {ORDO_ONE_SHOT_INIT, 0};
static ORDO_ONE_SHOT_SENDER(int) sender;
static ORDO_ONE_SHOT_RECEIVER(int) receiver;

void destroy(void *message);
int use(int *message);

void destroy(void *message)
{
    (void)message;
}

int use(int *message)
{
    const int constant = 1;

    if (ordo_one_shot_new(&sender, &receiver, destroy, 0) != 0
        || ordo_one_shot_send(&sender, &constant) != 0
        || ordo_one_shot_receive(&receiver, message) != 0)
        return 1;
    ordo_one_shot_split(&channel, &sender, &receiver, 0);
    if (!ordo_one_shot_is_abandoned(&sender))
        ordo_one_shot_drop_sender(&sender);
    if (ordo_one_shot_is_ready(&receiver))
        ordo_one_shot_drop_receiver(&receiver);
    ordo_one_shot_become_receiver(&channel, &receiver, destroy);
    ordo_one_shot_become_sender(&channel, &sender);
    return ordo_one_shot_try_receive(&receiver, message)
           + ordo_one_shot_receive_until(&receiver, message, 0);
}
