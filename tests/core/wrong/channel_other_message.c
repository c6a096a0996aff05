// expect: (incompatible type|(cannot|could not) convert|no matching function|no viable conv)
// compilers: gcc clang
#include "ordo/channel.h"

struct line {
    char text[20];
};

ORDO_CHANNEL_TYPE(lines, struct line);

int send(struct lines_sender sender, const char *text);
int send(struct lines_sender sender, const char *text)
{
    return lines_send(sender, text);
}
