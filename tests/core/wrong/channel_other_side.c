// expect: (incompatible pointer types?|cannot convert|no matching function)
// compilers: gcc clang
#include "ordo/channel.h"

int send(ordo_channel_receiver *receiver, const int *message);
int send(ordo_channel_receiver *receiver, const int *message)
{
    return ordo_channel_send(receiver, message);
}
