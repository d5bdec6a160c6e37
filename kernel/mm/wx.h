/* W^X for memory, not only for a mapping: a frame is never writable and executable in one address space. */
#pragma once
#include "object/slot.h"

/* The places where one frame is mapped writable, and where executable. */
struct wx_record {
	u32 writers, executers; /* mappings */
	u64 writer, executer;   /* the AddressSpace of all of them (its reference), or WX_SEVERAL; of none: nothing */
};
#define WX_SEVERAL (~0ul)

/* Once, before a frame is mapped: a zeroed record for each page of RAM, by page number. */
void wx_init(struct wx_record *memory, u64 pages);

/* `space` is an AddressSpace's reference, or WX_SEVERAL for memory that the kernel writes for any thread (an IPC
 * buffer). May the frame be mapped in the address space with these rights? False: an existing mapping forbids it. */
bool wx_allows(const struct slot *frame, u64 space, u64 rights);

/* The frame was mapped in the address space with these rights. */
void wx_note(struct slot *frame, u64 space, u64 rights);

/* The frame is about to be unmapped, or was never noted. */
void wx_forget(struct slot *frame);
