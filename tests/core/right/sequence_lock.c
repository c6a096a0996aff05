// Every operation of sequence_lock.h.
#include <ordo/ordo.h>

struct position {
    double x, y;
};

static ORDO_SEQUENCE_LOCK(struct position) position;
static ordo_sequence_lock lock = ORDO_SEQUENCE_LOCK_INIT;
static int data;

bool get(struct position *to, uint64_t deadline);
bool get(struct position *to, uint64_t deadline)
{
    if (ordo_sequence_lock_try_get(&position, to))
        return true;
    if (ordo_sequence_lock_get_until(&position, to, deadline) == 0)
        return true;
    ordo_sequence_lock_get(&position, to);
    return false;
}

void set(const struct position *from);
void set(const struct position *from)
{
    ordo_sequence_lock_set(&position, from);
    ORDO_SEQUENCE_LOCK_SCOPE(outer, &position) {
        outer->x++;
        if (outer->x > outer->y)
            return;
    }
}

void write_data(int by, uint64_t deadline);
void write_data(int by, uint64_t deadline)
{
    ordo_sequence_lock_lock(&lock);
    const int sum = data + by;
    ordo_sequence_lock_write(&lock, &data, &sum, sizeof data);
    ordo_sequence_lock_unlock(&lock);
    if (ordo_sequence_lock_try_lock(&lock)) {
        ordo_sequence_lock_write(&lock, &data, &by, sizeof data);
        ordo_sequence_lock_unlock(&lock);
    }
    if (ordo_sequence_lock_lock_until(&lock, deadline) == 0)
        ordo_sequence_lock_unlock(&lock);
    ordo_sequence_lock_store(&lock, &data, &by, sizeof data);
}
