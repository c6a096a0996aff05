/* mnemonics.c: reads mnemonics.tbl, the instructions that hand-written code may use.
 *
 * The head of that file explains it. The written operands matter to routine.c, which follows what
 * each register holds.
 */
#include "check.h"

#include <errno.h>

#include <string.h>

static const char *const class_names[] = {"arithmetic", "access", "barrier", "branch"};

/* "1", "1+,2+", "rax+,rdx+" or "-". */
static void parse_written(struct mnemonic *mnemonic, const char *text, const char *path)
{
    for (; *text; text += strcspn(text, ","), text += *text == ',') {
        bool read = text[strcspn(text, ",+")] == '+';

        if (*text == '-')
            continue;
        if (*text >= '1' && *text <= '9') {
            mnemonic->written |= 1u << (*text - '1');
            if (read)
                mnemonic->read_written |= 1u << (*text - '1');
        } else if (strncmp(text, "rax", 3) == 0) {
            mnemonic->implied |= 1u << x86_rax;
            mnemonic->implied_read |= read;
        } else if (strncmp(text, "rdx", 3) == 0) {
            mnemonic->implied |= 1u << x86_rdx;
            mnemonic->implied_read |= read;
        } else {
            give_up("%s: not a list of written operands: %s", path, text);
        }
    }
}

static enum mnemonic_class parse_class(const char *text, const char *path)
{
    for (size_t i = 0; i < sizeof class_names / sizeof *class_names; i++)
        if (strcmp(text, class_names[i]) == 0)
            return (enum mnemonic_class)i;
    give_up("%s: not a class of instructions: %s", path, text);
}

struct mnemonics read_mnemonics(const char *path)
{
    enum { capacity = 1000 };
    struct mnemonics mnemonics = {.list = allocate(capacity, sizeof *mnemonics.list)};
    FILE *file = fopen(path, "r");
    char line[256], section[16] = "";

    if (!file)
        give_up("%s: %s", path, strerror(errno));
    while (fgets(line, sizeof line, file)) {
        char class[16], written[16], *rest;
        int used;

        if (line[0] == '#' || line[strspn(line, " \n")] == '\0' ||
            sscanf(line, "[%15[^]]", section) == 1)
            continue;
        if (sscanf(line, "%15s %15s %n", class, written, &used) != 2)
            give_up("%s: not class, written operands, mnemonics: %s", path, line);
        for (char *name = strtok_r(line + used, ",\n", &rest); name;
             name = strtok_r(NULL, ",\n", &rest)) {
            struct mnemonic *entry = &mnemonics.list[mnemonics.count];

            if (mnemonics.count++ == capacity)
                give_up("%s: more than %d mnemonics", path, capacity);
            strcpy(entry->section, section);
            snprintf(entry->name, sizeof entry->name, "%s", name + strspn(name, " "));
            entry->class = parse_class(class, path);
            parse_written(entry, written, path);
        }
    }
    fclose(file);
    return mnemonics;
}

static struct mnemonic *find(const struct mnemonics *mnemonics, const char *section,
                             const char *name, size_t length)
{
    for (size_t i = 0; i < mnemonics->count; i++) {
        struct mnemonic *entry = &mnemonics->list[i];

        if (strcmp(entry->section, section) == 0 && strncmp(entry->name, name, length) == 0 &&
            entry->name[length] == '\0')
            return entry;
    }
    return NULL;
}

const struct mnemonic *find_mnemonic(const struct mnemonics *mnemonics, const char *section,
                                     const char *name)
{
    size_t length = strlen(name);
    struct mnemonic *entry = find(mnemonics, section, name, length);

    if (!entry && strcmp(section, "x86_64") != 0 && length > 1 &&
        (name[length - 1] == 'b' || name[length - 1] == 'h')) {
        entry = find(mnemonics, section, name, length - 1);
        if (entry && entry->class != class_access)
            entry = NULL;
    }
    if (entry)
        entry->used = true;
    return entry;
}

void complain_of_unused_mnemonics(const struct mnemonics *mnemonics, const char *section)
{
    for (size_t i = 0; i < mnemonics->count; i++)
        if (strcmp(mnemonics->list[i].section, section) == 0 && !mnemonics->list[i].used)
            complain("mnemonics.tbl", "no routine uses %s of [%s]", mnemonics->list[i].name,
                     section);
}
