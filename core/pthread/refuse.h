/* refuse.h: the functions of a type that needs the kernel's futexes, in a build without: those that
 * return an errno value return ENOTSUP, the others end the program. The files that use this are
 * nothing but such functions.
 */
#ifndef ORDO_CORE_PTHREAD_REFUSE_H
#define ORDO_CORE_PTHREAD_REFUSE_H

#include <errno.h>

#include "ordo/misuse.h"
#include "ordo/thread_safety.h"

#pragma GCC diagnostic ignored "-Wunused-parameter"

/* REFUSE(type, name, (parameters)) is a function of another type, with FILE_NAME in its message;
 * REFUSE_ERROR(name, (parameters)) one that returns an errno value. */
#define REFUSE(type, name, parameters)                                                             \
    ORDO_NOT_ANALYSED type name parameters                                                         \
    {                                                                                              \
        ordo_misuse(FILE_NAME ": this build of ordo does without futexes, which the type needs");  \
    }

#define REFUSE_ERROR(name, parameters)                                                             \
    ORDO_NOT_ANALYSED int name parameters                                                          \
    {                                                                                              \
        return ENOTSUP;                                                                            \
    }

#endif
