/* main.c: `enumerate`, which knows memory models by brute force only, and so can judge others.
 *
 *     enumerate show PROGRAM                     the final states of a program under RC11
 *     enumerate litmus                           the litmus tests with known verdicts
 *     enumerate programs [options]               what the generated programs are worth
 *     enumerate table ordering.tbl [options]     the table of instructions against RC11
 *
 * Options: --programs N, how many are generated, and --seed S. program.h has the notation of
 * PROGRAM. Exit status: 0, 1 if something is wrong, 2 for a bad command.
 */
#include "enumerate.h"
#include "generate.h"

#include <stdio.h>
#include <string.h>

static int show(const char *text)
{
    const struct rc11 axioms = {0};
    const struct model model = rc11_model(&axioms);
    struct program program = parse_program(text);
    struct results results = enumerate(&program, &model, no_limit);
    char line[program_text_size];

    format_program(&program, line);
    printf("%s\n", line);
    for (size_t i = 0; i < results.allowed.count; i++) {
        format_outcome(&program, results.allowed.list[i], line);
        printf("    %s\n", line);
    }
    printf("%zu final states of %zu, %lu executions of %lu\n", results.allowed.count,
           results.candidates.count, results.executions, results.tried);
    release_results(&results);
    return 0;
}

static int run_programs(struct options options)
{
    const struct rc11 axioms = {0};
    const struct model rc11 = rc11_model(&axioms);
    struct tally tally = {0};
    unsigned long index = 0;

    while (tally.programs < options.programs) {
        struct program program;
        struct results results = next_program(options.seed, &index, &rc11, &program);

        count_program(&tally, &program, &results);
        release_results(&results);
    }
    return !print_tally(&tally, options.seed);
}

int main(int count, char **arguments)
{
    const char *command = count > 1 ? arguments[1] : "";

    if (strcmp(command, "show") == 0 && count == 3)
        return show(arguments[2]);
    if (strcmp(command, "litmus") == 0 && count == 2)
        return run_litmus();
    if (strcmp(command, "programs") == 0)
        return run_programs(parse_options(count, arguments, 2));
    if (strcmp(command, "table") == 0 && count >= 3)
        return run_table(arguments[2], parse_options(count, arguments, 3));
    fail("show PROGRAM | litmus | programs [options] | table ordering.tbl [options]; options: "
         "--programs N --seed S");
}
