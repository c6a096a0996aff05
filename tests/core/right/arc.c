// Arcs and Weaks: each operation, on each kind of type, through const where that is allowed.
#include <ordo/ordo.h>

struct settings;
ORDO_ARC(settings_arc, settings_weak, struct settings);

struct settings {
    settings_weak self;
    settings_arc next;
    ORDO_MUTEX(int) requests;
    int port;
};

ORDO_ARC(name_arc, name_weak, const char *);
ORDO_ARC(key_arc, key_weak, unsigned char[16]);

static int build(struct settings *value, const settings_weak *self, const int *port)
{
    value->self = ordo_weak_clone(self);
    value->port = *port;
    return 0;
}

static int copy(void *to, const void *from)
{
    *(struct settings *)to = *(const struct settings *)from;
    return 0;
}

static void destroy(void *value)
{
    struct settings *const settings = (struct settings *)value;

    ordo_weak_drop(&settings->self);
    ordo_arc_drop(&settings->next);
}

int read_port(const settings_arc *arc);
int read_port(const settings_arc *arc)
{
    ORDO_ARC_SCOPED settings_arc mine = ordo_arc_clone(arc);
    ORDO_WEAK_SCOPED settings_weak weak = ordo_arc_downgrade(arc);
    ORDO_MUTEX_SCOPE (requests, &mine.cell->requests)
        ++*requests;
    return ordo_weak_strong_count(&weak) > 1 ? mine.value->port : arc->value->port;
}

int everything(const struct ordo_allocator *allocator);
int everything(const struct ordo_allocator *allocator)
{
    const int port = 80;
    settings_arc arc, other;
    settings_weak weak;
    struct settings value;
    struct settings *own;
    int error;

    __builtin_memset(&value, 0, sizeof value);
    error = ordo_arc_new(&arc, &value, destroy, allocator);

    if (error != 0)
        return error;
    ordo_arc_drop(&arc);
    error = ordo_arc_new_cyclic(&arc, build, &port, destroy, allocator);
    if (error != 0)
        return error;
    weak = ordo_arc_downgrade(&arc);
    if (!ordo_weak_upgrade(&weak, &other))
        return 1;
    if (!ordo_arc_ptr_eq(&arc, &other) || !ordo_weak_ptr_eq(&weak, &arc.value->self))
        return 1;
    if (ordo_arc_strong_count(&arc) + ordo_arc_weak_count(&arc) + ordo_weak_weak_count(&weak) == 0)
        return 1;
    own = ordo_arc_get_mut(&other);
    if (own != 0)
        own->port = 8080;
    error = ordo_arc_make_mut(&other, copy);
    if (error == 0)
        other.cell->port = 8080;
    if (!ordo_arc_try_unwrap(&arc, &value) && ordo_arc_into_inner(&arc, &value))
        destroy(&value);
    ordo_weak_drop(&weak);
    ordo_arc_drop(&other);
    return error;
}

int other_types(void);
int other_types(void)
{
    const char *const name = "name";
    unsigned char key[16] = {0};
    name_arc name_of_it;
    key_arc key_of_it;
    ordo_arc untyped;

    if (ordo_arc_new(&name_of_it, &name, NULL, NULL) != 0)
        return 1;
    if (ordo_arc_new(&key_of_it, NULL, NULL, NULL) != 0)
        return 1;
    (*key_of_it.cell)[0] = key[0];
    if (ordo_arc_new_sized(&untyped, 5, 1, "word", NULL, NULL) != 0)
        return 1;
    const int first = **name_of_it.value + (*key_of_it.value)[0];
    ordo_arc_drop(&name_of_it);
    ordo_arc_drop(&key_of_it);
    ordo_arc_drop(&untyped);
    return first;
}
