/* orders.c: orderings that are known only at run time: joining the two of a compare-exchange, and
 * the one line and the abort() that a wrong one ends in. Wrong constants are tests/face/wrong. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ordo/ordo.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

Test(orders, values_are_those_of_the_compilers)
{
    cr_assert(ordo_relaxed == __ATOMIC_RELAXED && ordo_acquire == __ATOMIC_ACQUIRE);
    cr_assert(ordo_release == __ATOMIC_RELEASE && ordo_acq_rel == __ATOMIC_ACQ_REL);
    cr_assert(ordo_seq_cst == __ATOMIC_SEQ_CST && ordo_full == 6);
}

/* The whole table: the joined ordering promises what either does. */
Test(orders, success_and_failure_are_joined_upward)
{
    static const enum ordo_order failures[] = {ordo_relaxed, ordo_acquire, ordo_seq_cst, ordo_full};
    static const struct {
        enum ordo_order success, joined[COUNT(failures)];
    } rows[] = {
        {ordo_relaxed, {ordo_relaxed, ordo_acquire, ordo_seq_cst, ordo_full}},
        {ordo_acquire, {ordo_acquire, ordo_acquire, ordo_seq_cst, ordo_full}},
        {ordo_release, {ordo_release, ordo_acq_rel, ordo_seq_cst, ordo_full}},
        {ordo_acq_rel, {ordo_acq_rel, ordo_acq_rel, ordo_seq_cst, ordo_full}},
        {ordo_seq_cst, {ordo_seq_cst, ordo_seq_cst, ordo_seq_cst, ordo_full}},
        {ordo_full, {ordo_full, ordo_full, ordo_full, ordo_full}},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        for (size_t j = 0; j < COUNT(failures); j++)
            cr_expect(ordo_join_orders("test", rows[i].success, failures[j]) == rows[i].joined[j],
                      "success %d, failure %d", (int)rows[i].success, (int)failures[j]);
}

static ordo_atomic_u32 object;
static ordo_atomic_bool flag;
static uint32_t expected;
static char bytes[8];

#define OPERATION(name, expression)                                                                \
    static void name(enum ordo_order order) { (void)(expression); }

OPERATION(load, ordo_load(&object, order))
OPERATION(store, ordo_store(&object, 1, order))
OPERATION(exchange, ordo_exchange(&object, 1, order))
OPERATION(fetch_add, ordo_fetch_add(&object, 1, order))
OPERATION(max_fetch, ordo_max_fetch(&object, 1, order))
OPERATION(nand_of_bool, ordo_fetch_nand(&flag, true, order))
OPERATION(add, ordo_add(&object, 1, order))
OPERATION(bit_test_and_set, ordo_bit_test_and_set(&object, 1, order))
OPERATION(success, ordo_compare_exchange(&object, &expected, 1, order, ordo_seq_cst))
OPERATION(failure, ordo_compare_exchange(&object, &expected, 1, ordo_relaxed, order))
OPERATION(weak_failure, ordo_compare_exchange_weak(&object, &expected, 1, ordo_full, order))
OPERATION(update, ordo_fetch_update(&object, ordo_release, order, old, old + 1))
OPERATION(update_if,
          ordo_fetch_update_if(&object, ordo_release, order, old, false, old + 1, &expected))
OPERATION(thread_fence, ordo_thread_fence(order))
OPERATION(compiler_fence, ordo_compiler_fence(order))
OPERATION(load_bytes, ordo_load_bytes(bytes, &object, 4, order))
OPERATION(store_bytes, ordo_store_bytes(&object, bytes, 4, order))

/* Runs the operation in a child and returns how it ended; what it wrote to standard error is
 * `line`. */
static int run_in_child(void (*operation)(enum ordo_order), enum ordo_order order, char *line,
                        size_t room)
{
    int pipe_ends[2], status;
    cr_assert(pipe(pipe_ends) == 0);
    const pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) {
        const struct rlimit no_core = {0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        dup2(pipe_ends[1], STDERR_FILENO);
        signal(SIGABRT, SIG_DFL);
        operation(order);
        _exit(0);
    }
    close(pipe_ends[1]);
    size_t length = 0;
    for (ssize_t got; (got = read(pipe_ends[0], line + length, room - 1 - length)) > 0;)
        length += (size_t)got;
    line[length] = '\0';
    char *const remark = strstr(line, "qemu: uncaught target signal"); /* QEMU's own line */
    if (remark != NULL)
        *remark = '\0';
    close(pipe_ends[0]);
    cr_assert(waitpid(child, &status, 0) == child);
    return status;
}

Test(orders, a_wrong_one_aborts_with_one_line, .timeout = 120)
{
    static const struct {
        void (*operation)(enum ordo_order);
        int order;
        const char *message;
    } rows[] = {
        {load, ordo_release, "ordo_load with the ordering release: " ORDO_WHY_LOAD},
        {load, ordo_acq_rel, "ordo_load with the ordering acq_rel: " ORDO_WHY_LOAD},
        {load, ordo_full, "ordo_load with the ordering full: " ORDO_WHY_LOAD},
        {load, 1, "ordo_load with the ordering 1: " ORDO_WHY_UNKNOWN},
        {store, ordo_acquire, "ordo_store with the ordering acquire: " ORDO_WHY_STORE},
        {store, ordo_acq_rel, "ordo_store with the ordering acq_rel: " ORDO_WHY_STORE},
        {store, ordo_full, "ordo_store with the ordering full: " ORDO_WHY_STORE},
        {exchange, 7, "ordo_exchange with the ordering 7: " ORDO_WHY_UNKNOWN},
        {fetch_add, -1, "ordo_fetch_add with the ordering -1: " ORDO_WHY_UNKNOWN},
        {max_fetch, 7, "ordo_max_fetch with the ordering 7: " ORDO_WHY_UNKNOWN},
        {nand_of_bool, 1, "ordo_fetch_nand with the ordering 1: " ORDO_WHY_UNKNOWN},
        {add, 2147483647, "ordo_add with the ordering 2147483647: " ORDO_WHY_UNKNOWN},
        {bit_test_and_set, 7, "ordo_bit_test_and_set with the ordering 7: " ORDO_WHY_UNKNOWN},
        {success, 1, "ordo_compare_exchange with the ordering 1: " ORDO_WHY_UNKNOWN},
        {failure, ordo_release,
         "ordo_compare_exchange with the ordering release: " ORDO_WHY_FAILURE},
        {failure, ordo_acq_rel,
         "ordo_compare_exchange with the ordering acq_rel: " ORDO_WHY_FAILURE},
        {failure, -2147483647 - 1,
         "ordo_compare_exchange with the ordering -2147483648: " ORDO_WHY_UNKNOWN},
        {weak_failure, ordo_release,
         "ordo_compare_exchange_weak with the ordering release: " ORDO_WHY_FAILURE},
        {update, ordo_release, "ordo_fetch_update with the ordering release: " ORDO_WHY_FAILURE},
        {update_if, ordo_acq_rel,
         "ordo_fetch_update_if with the ordering acq_rel: " ORDO_WHY_FAILURE},
        {thread_fence, ordo_relaxed,
         "ordo_thread_fence with the ordering relaxed: " ORDO_WHY_FENCE},
        {thread_fence, 7, "ordo_thread_fence with the ordering 7: " ORDO_WHY_UNKNOWN},
        {compiler_fence, ordo_relaxed,
         "ordo_compiler_fence with the ordering relaxed: " ORDO_WHY_FENCE},
        {load_bytes, ordo_seq_cst,
         "ordo_load_bytes with the ordering seq_cst: " ORDO_WHY_LOAD_BYTES},
        {store_bytes, ordo_acquire,
         "ordo_store_bytes with the ordering acquire: " ORDO_WHY_STORE_BYTES},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char line[512], wanted[512];
        const int status =
            run_in_child(rows[i].operation, (enum ordo_order)rows[i].order, line, sizeof line);
        snprintf(wanted, sizeof wanted, "ordo: atomic.h: %s\n", rows[i].message);
        cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT, "%s: no abort",
                  rows[i].message);
        cr_expect_str_eq(line, wanted);
    }
}

/* The same child with a right ordering ends well: it is the ordering that aborts, not the test. */
Test(orders, a_right_one_does_not, .timeout = 60)
{
    char line[512];
    cr_assert(run_in_child(load, ordo_acquire, line, sizeof line) == 0);
    cr_assert_str_empty(line);
}
