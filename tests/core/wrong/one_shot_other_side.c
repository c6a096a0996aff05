// expect: (incompatible pointer types?|cannot convert|no matching function)
// compilers: gcc clang
#include "ordo/one_shot.h"

ORDO_ONE_SHOT_RECEIVER(int) receiver;

int send(const int *message);
int send(const int *message)
{
    return ordo_one_shot_send(&receiver, message);
}
