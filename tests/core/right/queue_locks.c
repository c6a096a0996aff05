// The queue-based locks by calls, by try, by guard and by scope; a list by its cursors.
#include <ordo/ordo.h>

static ordo_ticket_lock ticket_lock = ORDO_TICKET_LOCK_INIT;
static ordo_mcs_lock mcs_lock = ORDO_MCS_LOCK_INIT;
static ordo_slim_reader_writer_lock slim = ORDO_SLIM_READER_WRITER_LOCK_INIT;
static int by_ticket ORDO_GUARDED_BY(ticket_lock);
static int by_mcs ORDO_GUARDED_BY(mcs_lock);
static int by_slim ORDO_GUARDED_BY(slim);
static ORDO_TICKET_LOCK(int) ticket_owner;
static ORDO_MCS_LOCK(int) mcs_owner;
static ORDO_SLIM_READER_WRITER_LOCK(int) slim_owner;

int calls(void);
int calls(void)
{
    struct ordo_mcs_node node;
    int seen = 0;

    ordo_ticket_lock_lock(&ticket_lock);
    by_ticket++;
    ordo_ticket_lock_unlock(&ticket_lock);
    if (ordo_ticket_lock_try_lock(&ticket_lock)) {
        by_ticket++;
        ordo_ticket_lock_unlock(&ticket_lock);
    }
    ordo_mcs_lock_lock(&mcs_lock, &node);
    by_mcs++;
    ordo_mcs_lock_unlock(&mcs_lock, &node);
    if (ordo_mcs_lock_try_lock(&mcs_lock, &node)) {
        by_mcs++;
        ordo_mcs_lock_unlock(&mcs_lock, &node);
    }
    ordo_slim_reader_writer_lock_write_lock(&slim);
    by_slim++;
    ordo_slim_reader_writer_lock_write_unlock(&slim);
    ordo_slim_reader_writer_lock_read_lock(&slim);
    seen += by_slim;
    ordo_slim_reader_writer_lock_read_unlock(&slim);
    if (ordo_slim_reader_writer_lock_try_read_lock(&slim)) {
        seen += by_slim;
        ordo_slim_reader_writer_lock_read_unlock(&slim);
    }
    return seen;
}

int guards(void);
int guards(void)
{
    ORDO_TICKET_LOCK_GUARD(&ticket_lock);
    ORDO_MCS_LOCK_GUARD(&mcs_lock);
    ORDO_SLIM_READER_WRITER_LOCK_READ_GUARD(&slim);
    return by_ticket++ + by_mcs++ + by_slim;
}

int scopes(void);
int scopes(void)
{
    ORDO_TICKET_LOCK_SCOPE (value, &ticket_owner)
        ++*value;
    ORDO_MCS_LOCK_SCOPE (value, &mcs_owner) {
        if (*value > 3)
            return *value;
    }
    ORDO_SLIM_READER_WRITER_LOCK_WRITE_SCOPE (value, &slim_owner)
        ++*value;
    ORDO_SLIM_READER_WRITER_LOCK_READ_SCOPE (value, &slim_owner)
        return *value;
    return 0;
}

int elements(ordo_participant *self, ordo_lock_free_list *list, const int *key);
int elements(ordo_participant *self, ordo_lock_free_list *list, const int *key)
{
    ORDO_LOCK_FREE_LIST_FOR_EACH (each, list, self)
        if (*(const int *)each > 3)
            break;
    ORDO_LOCK_FREE_LIST_FIND (found, list, self, key)
        return *(const int *)found;
    return 0;
}
