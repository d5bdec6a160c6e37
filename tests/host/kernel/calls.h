/*
 * Methods of the kernel without a machine, by the typed calls that programs use (tools/method_stubs.py): call_cnode_delete
 * is a program's cnode_delete. `machine_caller` makes them. Here are short forms for slots of the root's CNode.
 */
#pragma once
#include "machine.h"
#include "gen/call/methods.h"

static inline status_t call_retype(u64 untyped, u64 type, u64 size, u64 slot, u64 count)
{
	return call_untyped_retype(untyped, &(struct untyped_retype){.type = type, .size = size, .cnode = M_CNODE,
								     .index = slot, .count = count});
}

static inline status_t call_copy(u64 to, u64 from, u64 rights)
{
	return call_cnode_copy(M_CNODE, &(struct cnode_copy){.index = to, .source_cnode = M_CNODE, .source_index = from, .rights = rights});
}

static inline status_t call_mint(u64 to, u64 from, u64 badge, u64 flags)
{
	return call_cnode_mint(M_CNODE, &(struct cnode_mint){.index = to, .source_cnode = M_CNODE, .source_index = from,
							     .rights = RIGHT_ALL, .badge = badge, .flags = flags});
}

static inline status_t call_move(u64 cnode, u64 index, u64 from)
{
	return call_cnode_move(cnode, &(struct cnode_move){.index = index, .source_cnode = M_CNODE, .source_index = from});
}

static inline status_t call_table_map_at(u64 table, u64 space, u64 address, u64 level)
{
	return call_table_map(table, &(struct table_map){.address_space = space, .address = address, .level = level});
}

static inline status_t call_frame_map_at(u64 frame, u64 space, u64 address, u64 rights)
{
	return call_frame_map(frame, &(struct frame_map){.address_space = space, .address = address, .rights = rights});
}

/* Frames in slots of a CNode. */
static inline status_t call_frames_map(u64 space, u64 cnode, u64 index, u64 count, u64 address, u64 rights)
{
	return call_space_map_frames(space, &(struct space_map_frames){.cnode = cnode, .index = index, .count = count,
								       .address = address, .rights = rights}, NULL);
}

static inline status_t call_frames_unmap(u64 space, u64 cnode, u64 index, u64 count)
{
	return call_space_unmap_frames(space, &(struct space_unmap_frames){.cnode = cnode, .index = index, .count = count}, NULL);
}

static inline status_t call_frames_protect(u64 space, u64 cnode, u64 index, u64 count, u64 rights)
{
	return call_space_protect_frames(space, &(struct space_protect_frames){.cnode = cnode, .index = index, .count = count,
									       .rights = rights}, NULL);
}
