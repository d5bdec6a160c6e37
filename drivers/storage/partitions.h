/*
 * The partitions of a disk: GPT (UEFI Specification 2.10, chapter 5) or MBR with logical partitions. Every number of the tables is
 * checked before it is used, and a GPT's checksums hold; of its two copies the second serves if the first is damaged.
 */
#pragma once
#include "microk/types.h"

#define PARTITIONS_MAX 64
#define PARTITION_NAME 36 /* characters; those beyond ASCII become '?' */

struct partition {
	u64 first, sectors; /* of 512 bytes; 0 sectors: there is none of this number */
	u64 type[2];        /* GPT: the type's 16 bytes; MBR: the type's byte, and 0 */
	char name[PARTITION_NAME + 4];
};

/* Reads `bytes` (at most PARTITIONS_READ) from a sector. False: it cannot be read. */
#define PARTITIONS_READ 16384u
typedef bool partitions_read(u64 sector, void *to, u32 bytes);

/* Fills the partitions, number 1 in the first place. `block`: the device's block size, in which a GPT counts. Returns how many
 * have a number, the empty ones among them; 0: the disk has no partitions. */
u32 partitions_find(partitions_read *read, u64 sectors, u32 block, struct partition out[PARTITIONS_MAX]);
