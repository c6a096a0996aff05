// expect: ignoring return value of .*ordo_thread_spawn|ignoring return value of function declared with 'warn_unused_result'
// compilers: gcc clang
#include <ordo/ordo.h>
static void *body(void *argument) { return argument; }
void wrong(void);
void wrong(void) { ordo_thread *thread; ordo_thread_spawn(&thread, body, 0); ordo_thread_join(thread); }
