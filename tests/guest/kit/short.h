/*
 * Short forms of the typed calls (gen/lib/microk/methods.h): the words that are the same in nearly every test are left out. Slots
 * are the root CNode's. Each returns the call's status. A test that needs the other words makes the typed call itself.
 */
#pragma once
#include "tests/guest/kit/kit.h"

/* ---- slots of the root CNode ---- */
static inline enum microk_status slot_copy(cap_t to, cap_t from, u64 rights)
{
	return cnode_copy(ROOT_CNODE, &(struct cnode_copy){.index = to, .source_cnode = ROOT_CNODE, .source_index = from, .rights = rights});
}

static inline enum microk_status slot_mint(cap_t to, cap_t from, u64 rights, u64 badge, u64 flags)
{
	return cnode_mint(ROOT_CNODE, &(struct cnode_mint){.index = to, .source_cnode = ROOT_CNODE, .source_index = from,
							   .rights = rights, .badge = badge, .flags = flags});
}

static inline enum microk_status slot_move(cap_t to, cap_t from)
{
	return cnode_move(ROOT_CNODE, &(struct cnode_move){.index = to, .source_cnode = ROOT_CNODE, .source_index = from});
}

static inline enum microk_status slot_delete(cap_t slot) { return cnode_delete(ROOT_CNODE, slot); }
static inline enum microk_status slot_revoke(cap_t slot) { return cnode_revoke(ROOT_CNODE, slot); }

/* ---- from a slot of the root CNode into another CNode ---- */
static inline enum microk_status slot_copy_to(cap_t cnode, u64 index, cap_t from, u64 rights)
{
	return cnode_copy(cnode, &(struct cnode_copy){.index = index, .source_cnode = ROOT_CNODE, .source_index = from, .rights = rights});
}

static inline enum microk_status slot_move_to(cap_t cnode, u64 index, cap_t from)
{
	return cnode_move(cnode, &(struct cnode_move){.index = index, .source_cnode = ROOT_CNODE, .source_index = from});
}

/* ---- objects ---- */
static inline enum microk_status retype(cap_t untyped, u64 type, u64 size, cap_t slot, u64 count)
{
	return untyped_retype(untyped, &(struct untyped_retype){.type = type, .size = size, .cnode = ROOT_CNODE,
								.index = slot, .count = count});
}

/* Objects of no size (Endpoints, Replies, …) in another CNode. */
static inline enum microk_status retype_to(cap_t untyped, u64 type, cap_t cnode, u64 index, u64 count)
{
	return untyped_retype(untyped, &(struct untyped_retype){.type = type, .cnode = cnode, .index = index, .count = count});
}

static inline enum microk_status frame_map_with(cap_t frame, cap_t space, u64 address, u64 rights, u64 attributes)
{
	return frame_map(frame, &(struct frame_map){.address_space = space, .address = address, .rights = rights, .attributes = attributes});
}

/* Maps a frame of memory, without attributes. */
static inline enum microk_status frame_map_at(cap_t frame, cap_t space, u64 address, u64 rights)
{
	return frame_map_with(frame, space, address, rights, 0);
}

/* Frames in slots of a CNode: how many were mapped, or unmapped, or given other rights, is stored at `done`. */
static inline enum microk_status frames_map(cap_t space, cap_t cnode, u64 index, u64 count, u64 address, u64 rights, u64 *done)
{
	struct space_map_frames_result result = {0};
	enum microk_status status = space_map_frames(space, &(struct space_map_frames){.cnode = cnode, .index = index, .count = count,
										       .address = address, .rights = rights}, &result);

	*done = result.done;
	return status;
}

static inline enum microk_status frames_unmap(cap_t space, cap_t cnode, u64 index, u64 count, u64 *done)
{
	struct space_unmap_frames_result result = {0};
	enum microk_status status = space_unmap_frames(space, &(struct space_unmap_frames){.cnode = cnode, .index = index, .count = count}, &result);

	*done = result.done;
	return status;
}

static inline enum microk_status frames_protect(cap_t space, cap_t cnode, u64 index, u64 count, u64 rights, u64 *done)
{
	struct space_protect_frames_result result = {0};
	enum microk_status status = space_protect_frames(space, &(struct space_protect_frames){.cnode = cnode, .index = index, .count = count,
											       .rights = rights}, &result);

	*done = result.done;
	return status;
}

static inline enum microk_status frame_copy_to(cap_t to, u64 offset, cap_t from, u64 from_offset, u64 bytes)
{
	return frame_copy(to, &(struct frame_copy){.offset = offset, .source = from, .source_offset = from_offset, .bytes = bytes});
}

static inline enum microk_status frame_clear_bytes(cap_t frame, u64 offset, u64 bytes)
{
	return frame_clear(frame, &(struct frame_clear){.offset = offset, .bytes = bytes});
}

/* Some pages of a Frame, in a slot of the root's CNode. */
static inline enum microk_status frame_narrow_to(cap_t frame, u64 first, u64 count, cap_t slot, u64 rights)
{
	return frame_narrow(frame, &(struct frame_narrow){.first = first, .count = count, .cnode = ROOT_CNODE, .index = slot, .rights = rights});
}

static inline enum microk_status table_map_at(cap_t table, cap_t space, u64 address, u64 level)
{
	return table_map(table, &(struct table_map){.address_space = space, .address = address, .level = level});
}

/* ---- threads ---- */
/* CONFIGURE(thread, .cnode = …, .fault_endpoint = …): roots that are not named stay as they are. */
#define CONFIGURE(thread, ...) thread_configure((thread), &(struct thread_configure){__VA_ARGS__})

static inline enum microk_status thread_start_at(cap_t thread, u64 instruction_pointer, u64 stack_pointer, u64 first_argument)
{
	return thread_start(thread, &(struct thread_start){.instruction_pointer = instruction_pointer,
							   .stack_pointer = stack_pointer, .first_argument = first_argument});
}

/* The thread can make others as urgent as itself, not more. */
static inline enum microk_status thread_set_priority(cap_t thread, u64 priority)
{
	return thread_priority(thread, &(struct thread_priority){.priority = priority});
}

/* The test's own thread, which can go on making others as urgent as any. */
static inline enum microk_status kit_run_at(u64 priority)
{
	return thread_priority(ROOT_THREAD, &(struct thread_priority){.priority = priority, .limit = PRIORITIES - 1});
}

/* ---- ports and interrupts ---- */
static inline enum microk_status ioport_narrow_to(cap_t ports, u64 first, u64 count, cap_t slot)
{
	return ioport_narrow(ports, &(struct ioport_narrow){.first = first, .count = count, .cnode = ROOT_CNODE, .index = slot});
}

static inline enum microk_status ioport_read(cap_t ports, u64 port, u64 bytes)
{
	return ioport_in(ports, &(struct ioport_in){.port = port, .bytes = bytes}, NULL);
}

static inline enum microk_status ioport_write(cap_t ports, u64 port, u64 bytes, u64 value)
{
	return ioport_out(ports, &(struct ioport_out){.port = port, .bytes = bytes, .value = value});
}

static inline enum microk_status irq_narrow_to(cap_t irqs, u64 first, u64 count, cap_t slot)
{
	return irq_narrow(irqs, &(struct irq_narrow){.first = first, .count = count, .cnode = ROOT_CNODE, .index = slot});
}

static inline enum microk_status irq_bind_to(cap_t irq, cap_t notification, u64 flags)
{
	return irq_bind(irq, &(struct irq_bind){.notification = notification, .flags = flags}, NULL);
}

/* ---- results ---- */
static inline u64 type_of(cap_t slot) { return kit_describe(slot).type; }
static inline u64 rights_of(cap_t slot) { return kit_describe(slot).rights & RIGHT_ALL; }
static inline u64 badge_of(cap_t slot) { return kit_describe(slot).value; }
static inline u64 object_of(cap_t slot) { return kit_describe(slot).object_identity; }
static inline u64 self_of(cap_t slot) { return kit_describe(slot).slot_identity; }
static inline u64 parent_of(cap_t slot) { return kit_describe(slot).parent_identity; }
static inline u64 children_of(cap_t slot) { return kit_describe(slot).children; }

/* The type of a capability in another CNode. */
static inline u64 type_in(cap_t cnode, u64 index)
{
	struct cnode_describe_result slot = {0};

	EXPECT(OK, cnode_describe(cnode, index, &slot));
	return slot.type;
}

/* How urgent a thread is now, including the urgency that others lend it. */
static inline u64 priority_of(struct kit_thread t)
{
	struct thread_info_result info = {0};

	EXPECT(OK, thread_info(t.thread, &info));
	return info.priority;
}

/* How long it has run, in ticks of the time stamp counter. */
static inline u64 ticks_of(cap_t thread)
{
	struct thread_info_result info = {0};

	EXPECT(OK, thread_info(thread, &info));
	return info.ticks;
}

/* How many bytes of an Untyped are used. */
static inline u64 used_of(cap_t untyped)
{
	struct untyped_info_result info = {0};

	EXPECT(OK, untyped_info(untyped, &info));
	return info.bytes_used;
}

/* ---- devices ---- */
static inline enum microk_status iospace_narrow_to(cap_t iospace, u64 first, u64 count, cap_t slot)
{
	return iospace_narrow(iospace, &(struct iospace_narrow){.first = first, .count = count, .cnode = ROOT_CNODE, .index = slot});
}

/* The device address is stored at `at`. */
static inline enum microk_status iospace_map_at(cap_t iospace, cap_t frame, u64 address, u64 rights, u64 *at)
{
	struct iospace_map_result result = {0};
	enum microk_status status = iospace_map(iospace, &(struct iospace_map){.frame = frame, .address = address, .rights = rights}, &result);

	*at = result.device_address;
	return status;
}

/* ---- new capabilities, in slots of their own ---- */
static inline cap_t copy_of(cap_t from, u64 rights)
{
	cap_t to = kit_slot();

	EXPECT(OK, slot_copy(to, from, rights));
	return to;
}

/* The physical address of a frame, as a driver gets it on a machine without an IOMMU. */
static inline u64 phys_of(cap_t frame)
{
	cap_t iospace = kit_slot(), copy = copy_of(frame, RIGHT_READ);
	u64 address = 0;

	EXPECT(OK, iospace_narrow_to(ROOT_IOSPACE, 8, 1, iospace));
	EXPECT(OK, iospace_map_at(iospace, copy, 0, RIGHT_READ, &address));
	EXPECT(OK, slot_delete(copy));
	EXPECT(OK, slot_delete(iospace));
	return address;
}

static inline cap_t sub_untyped(u64 bytes)
{
	return kit_make(CAP_UNTYPED, bytes);
}

static inline cap_t make_of(cap_t untyped, enum cap_type type, u64 size)
{
	cap_t slot = kit_slot();

	EXPECT(OK, retype(untyped, type, size, slot, 1));
	return slot;
}

/* Supplies an IoSpace with tables down to level 1, as a driver does: a machine's tables have 3 or 4 levels. Returns the level
 * of the first that it lacked. */
static inline u64 give_tables(cap_t iospace, cap_t memory, u64 address)
{
	u64 levels = 0;

	for (u64 level = 4; level; level--) {
		enum microk_status status = table_map_at(make_of(memory, CAP_PAGE_TABLE, 0), iospace, address, level);

		if (status == OK)
			levels = MAX(levels, level);
		else if (status != ERR_OCCUPIED)
			EXPECT(ERR_ARG, status);
	}
	return levels;
}

/* The highest label among a type's methods; 0 if it has none. */
static inline u16 last_method(u32 type)
{
	u16 last = 0;

#define X(object, name, label, ...) last = type == CAP_##object && label > last ? label : last;
	MICROK_METHODS(X)
#undef X
	return last;
}
