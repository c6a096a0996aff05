/* spin_limit.h: how long a lock that can sleep, or give way, spins first. */
#ifndef ORDO_SPIN_LIMIT_H
#define ORDO_SPIN_LIMIT_H

#ifdef __cplusplus
extern "C" {
#endif

/* Spin hints, about one cache miss each. The model checker has its own, 1: it explores one turn. */
extern const unsigned int ordo_spin_limit;

#ifdef __cplusplus
}
#endif
#endif
