/* channel_block_size.c: see core/channel_parts.h. Two messages: the third is in the next block. */
extern const unsigned int ordo_channel_block_size;

const unsigned int ordo_channel_block_size = 2;
