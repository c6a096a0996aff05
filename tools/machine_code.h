/* machine_code.h: the machine code of compiled functions, read from ELF files and disassembled.
 *
 * machine_open() reads an object, a static library or a linked program or shared library, x86-64 or
 * ARM64, with libelf. It gives sections with their bytes and relocations, and symbols that know
 * where their code is; machine_disassemble() turns one function into instructions, with LLVM's
 * disassembler. What is printed on x86-64 is Intel syntax. Of a linked file there is more: what the
 * dynamic linker binds and where from, and where functions begin, which no `strip` removes.
 *
 * Used by the structural checks (tests/check) and by the `ordo` command. All pointers handed out
 * live until machine_close(). Not thread-safe.
 */
#ifndef ORDO_MACHINE_CODE_H
#define ORDO_MACHINE_CODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum machine_architecture { machine_x86_64, machine_aarch64 };

struct machine_relocation {
    uint64_t offset;    /* in the section, of the bytes that the linker patches */
    unsigned int type;  /* R_X86_64_..., R_AARCH64_... of <elf.h> */
    const char *symbol; /* for a section symbol: the section's name */
    int64_t addend;
};

struct machine_section {
    const char *name;
    unsigned int type;  /* SHT_... */
    uint64_t flags;     /* SHF_... */
    uint64_t address;   /* where it is loaded; 0 in an object file */
    uint64_t size;
    const uint8_t *bytes; /* NULL if the file holds none (SHT_NOBITS) */
    struct machine_relocation *relocations; /* in ascending order of offset */
    size_t relocation_count;
};

struct machine_symbol {
    const char *name;
    const struct machine_object *object;
    const struct machine_section *section; /* NULL: not defined here */
    uint64_t offset; /* in the section */
    uint64_t size;   /* of an alias without a size of its own: that of the function it names */
    bool global;     /* or weak: other objects can see it */
    bool hidden;     /* but not from outside the shared library or program */
    bool function;
};

/* The dynamic linker puts the address of `name` into the word at address `slot`. */
struct machine_import {
    const char *name;
    uint64_t slot;
};

struct machine_extent {
    uint64_t address, size;
};

struct machine_object {
    const char *name; /* of the archive member; of the file when it is not an archive */
    bool linked;      /* a program or shared library; what follows `symbols` is theirs alone */
    struct machine_section *sections;
    size_t section_count;
    struct machine_symbol *symbols;
    size_t symbol_count;
    struct machine_import *imports;
    size_t import_count;
    const char **needed; /* the shared libraries that the dynamic linker loads for it */
    size_t needed_count;
    const char *run_path; /* where it looks for them: DT_RUNPATH or DT_RPATH, or NULL */
    struct machine_extent *extents; /* where functions are, by the unwinding tables */
    size_t extent_count;
    void *elf; /* private */
};

struct machine_file {
    const char *path;
    enum machine_architecture architecture;
    struct machine_object *objects; /* one per archive member; one when it is not an archive */
    size_t object_count;
    int descriptor;     /* private, and so are these */
    void *archive;
    void *disassembler;
};

struct machine_instruction {
    uint64_t offset; /* in the section */
    unsigned int size;
    char mnemonic[24]; /* with its prefix: "lock cmpxchg"; "(unknown)" if LLVM cannot decode it */
    char operands[80]; /* "w8, [x0]"; a branch inside the section: ".+8", relative to its start */
    bool branch;       /* a direct one: `target` is valid, unless a relocation decides */
    uint64_t target;   /* in the section */
    const struct machine_relocation *relocation; /* of this instruction, or NULL */
};

/* Opens `path`; on failure returns NULL and puts one line into `message`. */
struct machine_file *machine_open(const char *path, char *message, size_t message_size);
void machine_close(struct machine_file *file);

/* The definition of `name` in any object of the file, or NULL. */
const struct machine_symbol *machine_find(const struct machine_file *file, const char *name);

/* Disassembles `symbol` into at most `capacity` instructions and returns how many there are. */
size_t machine_disassemble(const struct machine_file *file, const struct machine_symbol *symbol,
                           struct machine_instruction *instructions, size_t capacity);

#endif
