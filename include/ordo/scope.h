/* scope.h: names for the hidden variables of scope guards. Not for use outside ordo's headers. */
#ifndef ORDO_SCOPE_H
#define ORDO_SCOPE_H

/* A name that no other expansion gives, so that guards nest without shadowing. */
#define ORDO_SCOPE_NAME(stem) ORDO_SCOPE_JOIN(stem, __COUNTER__)
#define ORDO_SCOPE_JOIN(stem, number) ORDO_SCOPE_PASTE(stem, number)
#define ORDO_SCOPE_PASTE(stem, number) stem##_##number

#endif
