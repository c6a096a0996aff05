/* sanitizer.h: whether the test is compiled for ThreadSanitizer. */
#ifndef ORDO_TEST_SANITIZER_H
#define ORDO_TEST_SANITIZER_H

#include <stdbool.h>

#ifdef __has_feature /* Clang's word; GCC 12 has a macro */
#define ORDO_HAS_FEATURE(feature) __has_feature(feature)
#else
#define ORDO_HAS_FEATURE(feature) 0
#endif

#ifdef __SANITIZE_THREAD__
static const bool has_thread_sanitizer = true;
#else
static const bool has_thread_sanitizer = ORDO_HAS_FEATURE(thread_sanitizer);
#endif

#endif
