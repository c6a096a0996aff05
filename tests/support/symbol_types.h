/* symbol_types.h: the C types that symbols.inc names: T_u8 and so on, and void for none. */
#ifndef ORDO_TEST_SYMBOL_TYPES_H
#define ORDO_TEST_SYMBOL_TYPES_H

#include "ordo/symbols.h"

#define T_u8   uint8_t
#define T_u16  uint16_t
#define T_u32  uint32_t
#define T_u64  uint64_t
#define T_u128 ordo_u128
#define T_i8   int8_t
#define T_i16  int16_t
#define T_i32  int32_t
#define T_i64  int64_t
#define T_none void

#endif
