/* channel_block_size.c: see channel_parts.h. 32 messages share the cost of an allocation, or of a
 * turn of the stack of unused blocks, and of the move from block to block. */
#include "channel_parts.h"

const unsigned int ordo_channel_block_size = 32;
