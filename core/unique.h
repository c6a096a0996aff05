/* unique.h: an object that a process has one of, even if several of its shared objects each have a
 * copy of the file that has it.
 *
 * Its symbol is unique: the dynamic linker lets all shared objects of the process use one, even if
 * each was linked with an own copy and opened with RTLD_LOCAL, and never unloads the one that it is
 * in. C has no word for that, so the assembler lays it out. Of an executable the dynamic linker sees
 * only what that exports, which is not this unless it is told to: the headers say how.
 */
#ifndef ORDO_CORE_UNIQUE_H
#define ORDO_CORE_UNIQUE_H

/* Lays out what was declared `extern ... name`; all zero. All but the name are strings for the
 * assembler. */
#define UNIQUE(name, section, alignment, bytes)                                                    \
    __asm__(".pushsection " section "\n"                                                           \
            ".balign " alignment "\n"                                                              \
            ".globl " #name "\n"                                                                   \
            ".type " #name ", %gnu_unique_object\n"                                                \
            ".size " #name ", " bytes "\n" #name ": .zero " bytes "\n"                             \
            ".popsection\n")

#endif
