/* lock_free_subject.h: what the model tests of the structures without locks share: participants of
 * hazard pointers or of epochs, and elements. An element destroyed too early is a use after free,
 * or a read that the free does not come after; one that is never destroyed is a leak.
 *
 * The participants are registered beforehand, and each is one thread's: fewer steps.
 */
#ifndef ORDO_TESTS_MODEL_LOCK_FREE_SUBJECT_H
#define ORDO_TESTS_MODEL_LOCK_FREE_SUBJECT_H

#include "subject.h"

#include <ordo/element_type.h>
#include <ordo/hazard_pointer.h>
#include <ordo/quiescent.h>

static ordo_hazard_domain hazards = ORDO_HAZARD_DOMAIN_INIT(NULL);
static ordo_quiescent_domain epochs = ORDO_QUIESCENT_DOMAIN_INIT(NULL);
static ordo_participant *self[3];
static int registered;

static inline void start_hazards(int threads)
{
    for (registered = 0; registered < threads; registered++)
        model_assert(ordo_hazard_register(&hazards, &self[registered]) == 0);
}

static inline void start_epochs(int threads)
{
    for (registered = 0; registered < threads; registered++)
        model_assert(ordo_quiescent_register_epoch(&epochs, &self[registered]) == 0);
}

static inline void end_domains(void)
{
    while (registered > 0)
        ordo_participant_unregister(&self[--registered]);
    ordo_hazard_domain_destroy(&hazards);
    ordo_quiescent_domain_destroy(&epochs);
}

#endif
