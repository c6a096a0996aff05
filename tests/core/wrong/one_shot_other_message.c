// expect: (pointer type mismatch|incompatible operand types|distinct pointer types)
// compilers: gcc clang
#include "ordo/one_shot.h"

ORDO_ONE_SHOT_SENDER(int) sender;

int send(const double *message);
int send(const double *message)
{
    return ordo_one_shot_send(&sender, message);
}
