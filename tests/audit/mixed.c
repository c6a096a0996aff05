/* mixed.c: the other half of plain.c's program. */
unsigned int plain(void);
static unsigned int word;

int main(void)
{
    __atomic_fetch_add(&word, 1, __ATOMIC_SEQ_CST);
    return plain() == 1 ? 0 : 1;
}
