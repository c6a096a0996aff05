/* hidden.h: in front of every C file of libordo-freestanding.a. What it calls and reads is linked
 * into the same program: addresses relative to the code, and no table of addresses, which a program
 * without a dynamic linker would have to fill. */
#pragma GCC visibility push(hidden)
