/* Frame capabilities: runs of pages that can be mapped. Each capability has at most one mapping; for a second one,
 * derive a second capability. */
#pragma once
#include "object/invoke.h"

struct space;
struct io_space;

/* How many of its pages are mapped, from the first on: not all while it is being mapped or unmapped, or after that was given up. */
u32 frame_mapped_pages(const struct slot *s);

/* Does one step of unmapping a Frame, if that takes more than one. False: frame_unmap does the rest in one step. */
bool frame_shrink(struct slot *s);

/* Takes a mapped Frame out of its space. A bounded number of steps once frame_shrink returns false. */
void frame_unmap(struct slot *s);

/* FRAME_MAP, for the Frame of an invocation or of one that is made for it (cap/space_methods.c). PREEMPTED: the same call
 * goes on. */
status_t frame_map_method(struct invocation *inv);

/* Maps a page that was just made, and which has no other mapping yet, by the entry for its address, which is not present.
 * `flags`: the bits of the entry for these rights (map_flags). */
void frame_map_fresh(struct slot *s, const struct space *space, u64 va, u64 *entry, u64 rights, u64 flags);

/* IOSPACE_MAP: the device whose tables these are reaches the Frame, of memory, at the address. PREEMPTED: the same call goes on. */
status_t frame_map_for_device(struct slot *s, const struct io_space *io, u64 address, u64 rights);

/* The same where no unit translates: the Frame only remembers it. */
status_t frame_remember_device(struct slot *s, u64 ref, u64 address);

/* FRAME_UNMAP of a mapped Frame. PREEMPTED: the same call goes on. */
status_t frame_unmap_steps(struct slot *s);

/* Gives the pages of a Frame that is mapped in the space these rights. PREEMPTED: the same call goes on. */
status_t frame_protect(struct slot *s, struct space *space, u64 rights);

/* A run of 512 pages that is aligned both ways is one entry of level 2. */
bool frame_is_large(const struct slot *s, u64 va);
