// expect: ignoring return value
// compilers: gcc clang
#include "ordo/channel.h"

void send(ordo_channel_sender *sender, const int *message);
void send(ordo_channel_sender *sender, const int *message)
{
    ordo_channel_try_send(sender, message);
}
