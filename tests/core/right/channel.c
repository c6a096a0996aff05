/* channel.c: the macros of channel.h and select.h, in C and C++. */
#include "ordo/channel.h"
#include "ordo/channel_watch.h"
#include "ordo/select.h"

struct line {
    char text[20];
};

ORDO_CHANNEL_TYPE(lines, struct line);

void destroy(void *message);
int use(struct line *line);

void destroy(void *message)
{
    (void)message;
}

int use(struct line *line)
{
    struct lines_sender sender;
    struct lines_receiver receiver;
    struct ordo_channel_watch watch;

    if (lines_new(2, destroy, 0, &sender, &receiver) != 0 || lines_send(sender, *line) != 0
        || lines_try_send(sender, *line) != 0 || lines_send_until(sender, *line, 0) == 0
        || lines_receive(receiver, line) != 0 || lines_try_receive(receiver, line) != 0
        || lines_receive_until(receiver, line, 0) == 0)
        return 1;

    const struct line constant = {"constant"};
    struct ordo_select_case cases[] = {
        ORDO_SELECT_SEND(sender.untyped, &constant),
        ORDO_SELECT_RECEIVE(receiver.untyped, line),
    };

    if (ordo_select(cases, 2) >= 2 || ordo_try_select(cases, 2) >= 2
        || ordo_select_until(cases, 2, 0) >= 2)
        return 1;
    if (ordo_channel_watch_open_receiver(&watch, receiver.untyped) == 0) {
        if (ordo_channel_watch_arm(&watch))
            line->text[0] = '\0';
        ordo_channel_watch_close(&watch);
    }
    lines_sender_drop(&sender);
    lines_receiver_drop(&receiver);
    return 0;
}
