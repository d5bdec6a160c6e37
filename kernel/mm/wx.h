/* W^X for memory, not only for a mapping: a frame is never writable and executable in one address space. */
#pragma once
#include "object/slot.h"

/* The places where one run of pages, and parts of it, are mapped writable, and where executable. */
struct wx_record {
	u32 writers, executers; /* mappings */
	u32 into_run;           /* pages from the beginning of the run, whose record is the one that holds */
	/* The AddressSpace of all of them (its reference), or WX_SEVERAL; of none: nothing. */
	u64 writer, executer;
};
#define WX_SEVERAL (~0ul)

/* Once, before a frame is mapped: a zeroed record for each page of RAM, by page number. */
void wx_init(struct wx_record *memory, u64 pages);

/* The frame is a new run. */
void wx_begin(const struct slot *frame);

/* `part` begins `first` pages into the frame. */
void wx_part(const struct slot *part, const struct slot *frame, u32 first);

/* `space` is an AddressSpace's reference, or WX_SEVERAL for memory that the kernel writes for any thread (an IPC
 * buffer). May the frame be mapped in the address space with these rights? False: an existing mapping forbids it. */
bool wx_allows(const struct slot *frame, u64 space, u64 rights);

/* The frame was mapped in the address space with these rights. */
void wx_note(struct slot *frame, u64 space, u64 rights);

/* The same for a frame that is mapped there already and changes its rights to these. */
bool wx_allows_change(const struct slot *frame, u64 space, u64 rights);

/* Its mapping is about to get these rights, page by page: it counts as having the old ones and the new ones until all pages
 * have them and wx_changed is called. */
void wx_change(struct slot *frame, u64 space, u64 rights);
void wx_changed(struct slot *frame, u64 rights);

/* The frame is about to be unmapped, or was never noted. */
void wx_forget(struct slot *frame);
