/* plain.c: the main of the sanitizer builds: runs each registered test in a child of its own, so that
 * a crash, a hang or a sanitizer's exit status ends one test only. See criterion/criterion.h here. */
#include <criterion/criterion.h>

#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

enum { default_timeout = 60 };

static struct plain_test *tests;
static bool test_failed;

void plain_register(struct plain_test *test)
{
    test->next = tests;
    tests = test;
}

void plain_failed(const char *file, int line, const char *condition)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
    test_failed = true;
}

/* The sanitizers ask for their options. An allocation that is too large is NULL, as without them,
 * and not the end of the program. */
static const char options[] = "allocator_may_return_null=1";

const char *__asan_default_options(void);
const char *__tsan_default_options(void);

const char *__asan_default_options(void)
{
    return options;
}

const char *__tsan_default_options(void)
{
    return options;
}

static void run(const struct plain_test *test)
{
    alarm(test->options.timeout != 0 ? test->options.timeout : default_timeout);
    test->body();
    exit(test_failed ? EXIT_FAILURE : EXIT_SUCCESS);
}

int main(void)
{
    unsigned int passed = 0, failed = 0;

    setenv("ORDO_SLOW", "100", 1); /* rounds.h: fewer rounds */
    for (const struct plain_test *test = tests; test != NULL; test = test->next) {
        int status;
        fflush(stdout); /* or the child would print it again */
        pid_t child = fork();
        if (child == 0)
            run(test);
        if (child < 0 || waitpid(child, &status, 0) != child) {
            perror("plain.c: cannot run a test in a child");
            return EXIT_FAILURE;
        }
        if (status == 0) {
            passed++;
        } else {
            failed++;
            printf("FAIL %s: %s (wait status 0x%x)\n", test->suite, test->name,
                   (unsigned int)status);
        }
    }
    printf("%u passed, %u failed\n", passed, failed);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
