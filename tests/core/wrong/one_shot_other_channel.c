// expect: (pointer type mismatch|incompatible operand types|distinct pointer types)
// compilers: gcc clang
#include "ordo/one_shot.h"

ORDO_ONE_SHOT_SENDER(int) sender;
ORDO_ONE_SHOT_RECEIVER(double) receiver;

int begin(void);
int begin(void)
{
    return ordo_one_shot_new(&sender, &receiver, 0, 0);
}
