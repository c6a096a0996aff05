/* rcu.c: a pointer that is read and replaced at once, with each reclamation scheme. */
#include <criterion/criterion.h>
#include <errno.h>

#include "census.h"
#include "domain.h"
#include "ordo/ordo.h"
#include "rounds.h"
#include "threads.h"

TestSuite(rcu, .timeout = 60);

/* The second number is the complement of the first, unless somebody sees half of a change, or what
 * the census has written over destroyed memory. */
struct settings {
    ordo_retired retired;
    uint64_t version, complement;
};

static struct census census;
static ORDO_RCU(struct settings) current;

static ordo_retired *settings_new(uint64_t version)
{
    struct settings *const settings =
        ordo_allocate(&census.allocator, sizeof *settings, _Alignof(struct settings));

    if (settings == NULL)
        return NULL;
    *settings = (struct settings){.version = version, .complement = ~version};
    return &settings->retired;
}

static void destroy(ordo_retired *object, void *context)
{
    (void)context;
    ordo_deallocate(&census.allocator, object, sizeof(struct settings));
}

static ordo_retired *next_version(const ordo_retired *settings, void *unused)
{
    (void)unused;
    return settings_new(settings == NULL ? 1 : ((const struct settings *)settings)->version + 1);
}

/* 0: there is none. */
static uint64_t version_seen_by(ordo_participant *self)
{
    uint64_t version = 0;

    ORDO_RCU_SCOPE(now, &current, self) {
        cr_assert(now->complement == ~now->version, "a change is seen in half, or too late");
        version = now->version;
    }
    return version;
}

/* ---- Readers and updaters -------------------------------------------------------------------- */

struct race {
    struct domain domain;
    unsigned int rounds;
};

static void read_and_update(unsigned int self, void *shared)
{
    struct race *const race = shared;
    ordo_participant *participant = domain_register(&race->domain);
    uint64_t before = 0;

    for (unsigned int i = 0; i < race->rounds; i++) {
        const uint64_t version = version_seen_by(participant);
        cr_assert(version >= before, "a thread went back in time");
        before = version;
        if (self < 2)
            cr_assert(ordo_rcu_update(&current.rcu, participant, next_version, destroy, NULL) == 0);
        domain_announce(&race->domain, participant);
    }
    ordo_participant_unregister(&participant);
}

Test(rcu, no_update_is_lost)
{
    FOR_EACH_SCHEME(scheme) {
        struct race race = {.rounds = test_rounds(100)};

        census_start(&census);
        domain_start(&race.domain, scheme, NULL);
        run_threads(4, read_and_update, &race);
        ordo_participant *self = domain_register(&race.domain);
        cr_expect(version_seen_by(self) == 2 * race.rounds);
        ordo_rcu_replace(&current.rcu, self, NULL, destroy, NULL);
        cr_expect(version_seen_by(self) == 0);
        ordo_participant_unregister(&self);
        domain_destroy(&race.domain);
        cr_expect(ordo_load(&census.live, ordo_relaxed) == 0, "some were never destroyed");
    }
}

/* ---- One thread ------------------------------------------------------------------------------ */

Test(rcu, stays_while_it_is_read)
{
    FOR_EACH_SCHEME(scheme) {
        struct domain domain;
        unsigned int turns = 0;

        census_start(&census);
        domain_start(&domain, scheme, NULL);
        ordo_participant *reader = domain_register(&domain), *updater = domain_register(&domain);
        ordo_rcu_replace(&current.rcu, updater, settings_new(1), destroy, NULL);
        ORDO_RCU_SCOPE(now, &current, reader) {
            ordo_rcu_replace(&current.rcu, updater, settings_new(2), destroy, NULL);
            ordo_participant_reclaim(updater);
            cr_expect(now->version == 1 && now->complement == ~(uint64_t)1);
            cr_expect(version_seen_by(reader) == 2, "sections nest");
            turns++;
        }
        ORDO_RCU_SCOPE(now, &current, reader) {
            cr_expect(now->version == 2);
            break;
        }
        cr_expect(turns == 1 && reader->slots == 0, "break ends the section too");
        ordo_rcu_replace(&current.rcu, updater, NULL, destroy, NULL);
        ORDO_RCU_SCOPE(now, &current, reader)
            cr_assert(now == NULL, "there is none");
        ordo_participant_unregister(&reader);
        ordo_participant_unregister(&updater);
        domain_destroy(&domain);
        cr_expect(ordo_load(&census.live, ordo_relaxed) == 0);
    }
}

Test(rcu, no_memory_for_a_copy)
{
    FOR_EACH_SCHEME(scheme) {
        struct domain domain;
        unsigned int turns = 0;

        domain_start(&domain, scheme, NULL);
        ordo_participant *self = domain_register(&domain);
        for (unsigned int i = 1; census_fails(&census, i); i++, turns++) {
            uint64_t version = 0;

            for (int update = 0; update < 3; update++) {
                const int error =
                    ordo_rcu_update(&current.rcu, self, next_version, destroy, NULL);
                cr_expect(error == 0 || error == ENOMEM);
                version += error == 0;
                cr_expect(version_seen_by(self) == version, "a failure changes nothing");
            }
            cr_expect(version == (i <= 3 ? 2 : 3));
            ordo_rcu_replace(&current.rcu, self, NULL, destroy, NULL);
            domain_announce(&domain, self);
            for (int turn = 0; turn < 3; turn++) { /* quiescent states take some */
                ordo_participant_reclaim(self);
                domain_announce(&domain, self);
            }
            cr_expect(ordo_load(&census.live, ordo_relaxed) == 0);
        }
        cr_expect(turns == 4);
        ordo_participant_unregister(&self);
        domain_destroy(&domain);
    }
}
