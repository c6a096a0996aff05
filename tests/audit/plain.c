/* plain.c: compiled without the wrapper, and linked with it. One of its atomic operations is an
 * instruction that the audit sees; the load, a plain move on x86-64, is what it can only suspect.
 */
static unsigned int word;

unsigned int plain(void);
unsigned int plain(void)
{
    __atomic_fetch_add(&word, 1, __ATOMIC_SEQ_CST); // left: x86_64-gcc aarch64-gcc
    return __atomic_load_n(&word, __ATOMIC_RELAXED);
}
