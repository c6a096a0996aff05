/* criterion.h: what the suites use of Criterion, over the plain main of plain.c. A Criterion program
 * built with -fsanitize=thread does not start; with this header first on the path the same test
 * bodies run there, each in a forked child. */
#ifndef ORDO_TESTS_PLAIN_CRITERION_H
#define ORDO_TESTS_PLAIN_CRITERION_H

#include <stdio.h>
#include <stdlib.h>

struct plain_test {
    const char *suite;
    const char *name;
    void (*body)(void);
    struct {
        unsigned int timeout; /* seconds; 0 for the default */
    } options;
    struct plain_test *next;
};

void plain_register(struct plain_test *test);

/* Reports a condition that does not hold; the test has failed but goes on. */
void plain_failed(const char *file, int line, const char *condition);

#define Test(suite, name, ...)                                                                     \
    static void suite##_##name(void);                                                              \
    static struct plain_test suite##_##name##_test = {                                             \
        #suite, #name, suite##_##name, {__VA_ARGS__}, NULL};                                       \
    __attribute__((constructor)) static void suite##_##name##_register(void)                       \
    {                                                                                              \
        plain_register(&suite##_##name##_test);                                                    \
    }                                                                                              \
    static void suite##_##name(void)

/* A suite's options: the default time-out is enough for all. */
#define TestSuite(suite, ...) extern int suite##_has_no_options_here

#define cr_expect(condition, ...)                                                                  \
    do {                                                                                           \
        if (!(condition))                                                                          \
            plain_failed(__FILE__, __LINE__, #condition);                                          \
    } while (0)
#define cr_assert(condition, ...)                                                                  \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            plain_failed(__FILE__, __LINE__, #condition);                                          \
            exit(EXIT_FAILURE);                                                                    \
        }                                                                                          \
    } while (0)

#define cr_expect_not(condition, ...) cr_expect(!(condition))
#define cr_expect_eq(a, b, ...) cr_expect((a) == (b))
#define cr_expect_str_eq(a, b, ...) cr_expect(strcmp(a, b) == 0)
#define cr_assert_eq(a, b, ...) cr_assert((a) == (b))
#define cr_assert_neq(a, b, ...) cr_assert((a) != (b))
#define cr_assert_str_empty(a, ...) cr_assert(*(a) == '\0')

#endif
