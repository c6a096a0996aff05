/* strings.c: the memory and string functions of the C library for code under test. Each tells the
 * checker what it reads and writes, then lets the C library do it.
 */
#include <stdint.h>
#include <string.h>

#include "engine.h"

#define SITE __builtin_return_address(0)

/* ---- Memory ---------------------------------------------------------------------------------- */

void *model_memcpy(void *to, const void *from, size_t size)
{
    memory_access(from, size, false, SITE);
    memory_access(to, size, true, SITE);
    return memcpy(to, from, size);
}

void *model_memmove(void *to, const void *from, size_t size)
{
    memory_access(from, size, false, SITE);
    memory_access(to, size, true, SITE);
    return memmove(to, from, size);
}

void *model_memset(void *to, int byte, size_t size)
{
    memory_access(to, size, true, SITE);
    return memset(to, byte, size);
}

int model_memcmp(const void *a, const void *b, size_t size)
{
    memory_access(a, size, false, SITE);
    memory_access(b, size, false, SITE);
    return memcmp(a, b, size);
}

void *model_memchr(const void *memory, int byte, size_t size)
{
    const char *const found = memchr(memory, byte, size);
    memory_access(memory, found == NULL ? size : (size_t)(found - (const char *)memory) + 1, false,
                  SITE);
    return (void *)(uintptr_t)found;
}

/* ---- Strings --------------------------------------------------------------------------------- */

/* Reads at most `most` bytes of a string, with its end if that is among them; its length. */
static size_t read_text(const char *text, size_t most, const void *site)
{
    const size_t length = strnlen(text, most);
    memory_access(text, length < most ? length + 1 : most, false, site);
    return length;
}

static char *write_text(char *to, const char *from, size_t length, const void *site)
{
    memory_access(to, length + 1, true, site);
    memmove(to, from, length);
    to[length] = '\0';
    return to;
}

size_t model_strlen(const char *text)
{
    return read_text(text, PTRDIFF_MAX, SITE);
}

size_t model_strnlen(const char *text, size_t most)
{
    return read_text(text, most, SITE);
}

int model_strcmp(const char *a, const char *b)
{
    read_text(a, PTRDIFF_MAX, SITE);
    read_text(b, PTRDIFF_MAX, SITE);
    return strcmp(a, b);
}

int model_strncmp(const char *a, const char *b, size_t most)
{
    read_text(a, most, SITE);
    read_text(b, most, SITE);
    return strncmp(a, b, most);
}

char *model_strcpy(char *to, const char *from)
{
    return write_text(to, from, read_text(from, PTRDIFF_MAX, SITE), SITE);
}

/* Fills up with zeros, as the C library does; no end if there is no room for it. */
char *model_strncpy(char *to, const char *from, size_t size)
{
    const size_t length = read_text(from, size, SITE);
    memory_access(to, size, true, SITE);
    memmove(to, from, length);
    memset(to + length, 0, size - length);
    return to;
}

char *model_strcat(char *to, const char *from)
{
    const size_t length = read_text(to, PTRDIFF_MAX, SITE);
    write_text(to + length, from, read_text(from, PTRDIFF_MAX, SITE), SITE);
    return to;
}

char *model_strncat(char *to, const char *from, size_t most)
{
    const size_t length = read_text(to, PTRDIFF_MAX, SITE);
    write_text(to + length, from, read_text(from, most, SITE), SITE);
    return to;
}

char *model_strchr(const char *text, int byte)
{
    read_text(text, PTRDIFF_MAX, SITE);
    return strchr(text, byte);
}

char *model_strrchr(const char *text, int byte)
{
    read_text(text, PTRDIFF_MAX, SITE);
    return strrchr(text, byte);
}

char *model_strstr(const char *text, const char *part)
{
    read_text(text, PTRDIFF_MAX, SITE);
    read_text(part, PTRDIFF_MAX, SITE);
    return strstr(text, part);
}
