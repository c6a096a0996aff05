/* domain.h: a domain of any scheme of reclamation.h, so that one test serves all of them. */
#ifndef ORDO_TEST_DOMAIN_H
#define ORDO_TEST_DOMAIN_H

#include <stdlib.h>

#include "ordo/hazard_pointer.h"
#include "ordo/quiescent.h"

/* The participants of `online` announce; those of `epoch` hold nothing outside of sections. */
enum domain_scheme { hazard, online, epoch, domain_schemes };

struct domain {
    enum domain_scheme scheme;
    ordo_hazard_domain hazard;
    ordo_quiescent_domain quiescent;
};

#define FOR_EACH_SCHEME(scheme)                                                                    \
    for (enum domain_scheme scheme = hazard; scheme < domain_schemes; scheme++)

static inline void domain_start(struct domain *domain, enum domain_scheme scheme,
                                const struct ordo_allocator *allocator)
{
    *domain = (struct domain){
        .scheme = scheme,
        .hazard = ORDO_HAZARD_DOMAIN_INIT(allocator),
        .quiescent = ORDO_QUIESCENT_DOMAIN_INIT(allocator),
    };
}

/* A participant for the calling thread. 0 or ENOMEM. */
static inline int domain_try_register(struct domain *domain, ordo_participant **participant)
{
    switch (domain->scheme) {
    case hazard: return ordo_hazard_register(&domain->hazard, participant);
    case online: return ordo_quiescent_register(&domain->quiescent, participant);
    default: return ordo_quiescent_register_epoch(&domain->quiescent, participant);
    }
}

/* The same; where there is no memory for it, the program ends. */
static inline ordo_participant *domain_register(struct domain *domain)
{
    ordo_participant *participant = NULL;

    if (domain_try_register(domain, &participant) != 0)
        abort();
    return participant;
}

/* Holds nothing now. */
static inline void domain_announce(const struct domain *domain, ordo_participant *participant)
{
    if (domain->scheme == online)
        ordo_quiescent_announce(participant);
}

static inline void domain_destroy(struct domain *domain)
{
    ordo_hazard_domain_destroy(&domain->hazard);
    ordo_quiescent_domain_destroy(&domain->quiescent);
}

#endif
