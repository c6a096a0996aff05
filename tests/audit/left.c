/* left.c: atomic operations that the wrapper cannot reach.
 *
 * What audit.sh must find in it, and nothing else, is marked: `left:` and the compilers, for which
 * the line has an atomic instruction of its own. It is compiled without optimisation.
 */
#include <stdatomic.h>
#include <stdint.h>

static uint32_t word;
static atomic_flag flag = ATOMIC_FLAG_INIT;

static void assembly(void)
{
#ifdef __x86_64__
    __asm__ volatile("lock incl %0" : "+m"(word));              // left: x86_64-gcc
    __asm__ volatile("xchgl %%eax, %0" : "+m"(word) : : "eax"); // left: x86_64-gcc
    __asm__ volatile("mfence" : : : "memory");                  // left: x86_64-gcc
    __asm__ volatile("xchgl %%eax, %%ecx" : : : "eax", "ecx");
    __asm__ volatile("lock btsl $1, %0; lock decl %0" : "+m"(word)); // left: x86_64-gcc
#else
    __asm__ volatile("ldaxrb w9, [%0]; stlxrb w9, w10, [%0]" // left: aarch64-gcc aarch64-clang
                     : : "r"(&word) : "w9", "w10", "memory");
    __asm__ volatile("clrex" : : : "memory"); // left: aarch64-gcc aarch64-clang
    __asm__ volatile(".arch_extension lse; ldaddal w9, w10, [%0]" // left: aarch64-gcc aarch64-clang
                     : : "r"(&word) : "w10", "memory");
    __asm__ volatile(".arch_extension lse; stclrlh w9, [%0]" // left: aarch64-gcc aarch64-clang
                     : : "r"(&word) : "memory");
    __asm__ volatile("isb" : : : "memory"); // left: aarch64-gcc aarch64-clang
#endif
}

int main(void)
{
    assembly();
    __sync_fetch_and_add(&word, 1);            // left: x86_64-gcc
    __sync_synchronize();                      // left: x86_64-gcc aarch64-gcc aarch64-clang
    __sync_lock_release(&word);                // left: aarch64-gcc aarch64-clang
    atomic_thread_fence(memory_order_seq_cst); // left: x86_64-gcc aarch64-gcc aarch64-clang
    atomic_thread_fence(memory_order_acquire); // left: aarch64-gcc aarch64-clang
    atomic_flag_test_and_set(&flag);           // left: x86_64-gcc
    atomic_flag_clear(&flag);                  // left: x86_64-gcc aarch64-gcc aarch64-clang
    __atomic_fetch_add(&word, 1, __ATOMIC_SEQ_CST);
    __atomic_fetch_nand(&word, 1, __ATOMIC_SEQ_CST);
    __atomic_store_n(&word, 1, __ATOMIC_RELEASE);         // left: aarch64-clang
    return (int)__atomic_load_n(&word, __ATOMIC_ACQUIRE); // left: aarch64-clang
}
