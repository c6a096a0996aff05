// expect: ignoring return value
// compilers: gcc clang
#include "ordo/one_shot.h"

ORDO_ONE_SHOT_SENDER(int) sender;

void send(const int *message);
void send(const int *message)
{
    ordo_one_shot_send(&sender, message);
}
