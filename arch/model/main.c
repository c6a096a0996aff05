/* main.c: runs the model tests of a program: those that MODEL_TEST registered, or one of them.
 *
 *     program [--list] [--only NAME] [--replay SEED] [--executions N] [--times N] [--dot FILE]
 *             [--reverse] [--verbose]
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine.h"

struct model_test *model_tests;

void model_register(struct model_test *test)
{
    struct model_test **end = &model_tests;
    while (*end != NULL)
        end = &(*end)->next;
    *end = test;
}

static void print_help(void)
{
    puts("Runs each model test through every execution that the memory model allows.\n"
         "  --list             names the tests\n"
         "  --only NAME        runs one test\n"
         "  --replay SEED      runs up to the execution that a failure printed as its seed, calls\n"
         "                     model_replay_here (a place for a breakpoint) and runs that one\n"
         "  --executions N     stops each test after N executions\n"
         "  --times N          stops tests that have a bound of their own after N times as many\n"
         "  --dot FILE         where a failed execution goes as a Graphviz picture\n"
         "  --reverse          lets the last thread go first, not the first one: the numbers of\n"
         "                     executions must be the same\n"
         "  --verbose          also prints the failures that a test expects");
}

static void print_head(void)
{
    printf("%-44s %-14s %-14s %10s %8s %-8s %7s %10s\n", "test", "expected", "found", "executions",
           "blocked", "", "time", "per second");
}

static void print_row(const struct model_test *test, const struct model_result *result)
{
    const bool failed = result->found > model_never_reached;
    printf("%-44s %-14s %-14s %10lu %8lu %-8s %6.2fs %10.0f%s\n", test->name,
           model_verdict_name(test->options.expect), model_verdict_name(result->found),
           result->executions, result->blocked,
           failed ? "stopped" : result->complete ? "complete" : "BOUNDED", result->seconds,
           result->seconds > 0 ? (double)result->executions / result->seconds : 0,
           result->as_expected ? "" : "  <- NOT AS EXPECTED");
    fflush(stdout);
}

/* Splits NAME:RUN and returns RUN, or 0. */
static unsigned long split_seed(char *seed)
{
    char *const colon = strrchr(seed, ':');
    char *end = NULL;
    if (colon == NULL)
        return 0;
    const unsigned long run = strtoul(colon + 1, &end, 10);
    *colon = '\0';
    return *end == '\0' ? run : 0;
}

/* The number, of 1 at least, that an option has as its argument. */
static unsigned long number(const char *argument)
{
    char *end;
    const unsigned long value = strtoul(argument, &end, 10);

    if (*end != '\0' || value == 0 || *argument == '-') {
        fprintf(stderr, "%s is not a number of executions, 1 or more\n", argument);
        exit(2);
    }
    return value;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"list", no_argument, NULL, 'l'},          {"only", required_argument, NULL, 'o'},
        {"replay", required_argument, NULL, 'r'},  {"executions", required_argument, NULL, 'n'},
        {"times", required_argument, NULL, 't'},   {"dot", required_argument, NULL, 'd'},
        {"verbose", no_argument, NULL, 'v'},
        {"reverse", no_argument, NULL, 'b'},       {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0}};
    const char *only = NULL;
    bool list = false, found = false, all_as_expected = true;
    int option;

    model_settings.progress = isatty(STDERR_FILENO);
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'l':
            list = true;
            break;
        case 'o':
            only = optarg;
            break;
        case 'r':
            model_settings.replay = split_seed(optarg);
            only = optarg;
            if (model_settings.replay == 0) {
                fputs("a seed looks like name:number\n", stderr);
                return 2;
            }
            break;
        case 'n':
            model_settings.executions = number(optarg);
            break;
        case 't':
            model_settings.times = number(optarg);
            break;
        case 'd':
            model_settings.dot = optarg;
            break;
        case 'b':
            model_settings.reverse = true;
            break;
        case 'v':
            model_settings.verbose = true;
            break;
        default:
            print_help();
            return option == 'h' ? 0 : 2;
        }
    }
    if (!list)
        print_head();
    for (const struct model_test *test = model_tests; test != NULL; test = test->next) {
        if (only != NULL && strcmp(only, test->name) != 0)
            continue;
        found = true;
        if (list) {
            printf("%s\t%s\n", test->name, model_verdict_name(test->options.expect));
            continue;
        }
        const struct model_result result = model_run(test);
        const bool failed = result.found > model_never_reached;
        if (failed && (!result.as_expected || model_settings.verbose || model_settings.replay > 0))
            report_failure(test, result.failed_run);
        print_row(test, &result);
        all_as_expected &= result.as_expected;
    }
    if (!found) {
        fputs("no such test\n", stderr);
        return 2;
    }
    if (model_settings.replay > 0)
        return 0;
    return all_as_expected ? 0 : 1;
}
