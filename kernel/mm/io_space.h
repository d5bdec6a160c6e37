/*
 * The tables by which a unit translates a requester's addresses. Their entries have the bits for present, writable, large and
 * the address where the processor's have them (VT-d specification 9.8; SDM vol. 3, 4.5): present is "readable" there.
 */
#pragma once
#include "lib/status.h"
#include "object/slot.h"

/* A requester that has tables. */
struct io_space {
	u64 *root;
	u64 ref; /* by which Frame and PageTable slots remember it */
	u32 domain;
};

/* References of IoSpaces have this bit, those of AddressSpaces do not. */
#define IO_REF (1ul << 63)
static inline bool is_io_ref(u64 ref) { return (ref & IO_REF) != 0; }

/* Whether a unit translates. Otherwise a device address is a physical address. */
bool io_translates(void);
u32 io_levels(void);

/* One past the last device address. */
u64 io_end(void);

/* The tables of a requester, or those that a slot remembers. False: there are none, or they are others. */
bool io_space_of(u64 requester, struct io_space *io);
bool io_space_find(u64 ref, struct io_space *io);

/* The reference in a Frame that is mapped for the requester where no unit translates. */
u64 io_ref_untranslated(u64 requester);

/* The entry for the address in the table of this level, or NULL if a table above it is missing. */
u64 *io_entry(const struct io_space *io, u64 address, u32 level);

/* A table was cleared, before it is put into place. */
void io_wrote_table(const void *table);

/* Entries were added. */
void io_added(const struct io_space *io, const u64 *entries, u32 count);

/* Entries were removed: the device does not use them any more afterwards. */
void io_removed(const struct io_space *io, const u64 *entries, u32 count);

/* An IoSpace capability, of one requester, gets a table for the top level, and from then on the requester's accesses are
 * translated: until the table is unmapped, or that capability is deleted. ERR_OCCUPIED, ERR_LIMIT. */
status_t io_space_bind(struct slot *iospace, u64 table);
void io_space_unbind(struct slot *iospace);

/* Takes a table out: a mapped PageTable's slot. */
void io_table_unmap(struct slot *s);
