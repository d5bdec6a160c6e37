/*
 * Kernel addresses: everything that a program can read is searched for them. The test holds the root task's
 * IoSpace, by which it finds where its memory lies; no other result may reveal that. */
#include "microk/ipcbuf.h"
#include "microk/trace.h"
#include "tests/guest/sealed/sealed.h"
#include "lib/microk/memory.h"
#include "lib/microk/string.h"

#define KERNEL_HALF 0xffff800000000000ul
#define IDENTITY_BITS 48
#define OBJECTS 12

static u64 start, end; /* of the test's memory, physical */
static u32 looked_at;

/* A word that must be no address in the kernel's half, and none of the test's own memory. */
static void look(const char *where, u64 word)
{
	looked_at++;
	if (word >= KERNEL_HALF || (word >= start && word < end))
		kit_fail(__FILE__, __LINE__, "%s: 0x%lx is an address", where, word);
}

/* An identity might reveal a shifted address, since slots and pages are counted. */
static void look_at_identity(const char *where, u64 word)
{
	look(where, word);
	CHECK(word >> IDENTITY_BITS == 0);
	for (u32 shift = 4; shift <= 12; shift++)
		look(where, word << shift & ~KERNEL_HALF);
}

#define FILLER (24ul << 20) /* so that no program has such an address */
#define BYTES (4ul << 20)

/* Memory of the test's own, of known place. */
static cap_t make_memory(cap_t filler)
{
	cap_t memory = kit_slot(), frame;

	EXPECT(OK, retype(ROOT_UNTYPED, CAP_UNTYPED, FILLER, filler, 1));
	EXPECT(OK, retype(ROOT_UNTYPED, CAP_UNTYPED, BYTES, memory, 1));
	frame = make_of(memory, CAP_FRAME, 1);
	start = phys_of(frame);
	end = start + BYTES;
	return memory;
}

/* Checks all words of the answer, by its own length and not by the table's. */
static void look_at_results(const char *where, const struct message *m)
{
	for (u32 i = 0; i < TAG_LENGTH(m->tag) && i < MSG_REGS; i++)
		look(where, m->word[i]);
}

/* Describe of every slot. The other results are small, or the program's own. */
static void look_at_slots(cap_t cnode, u64 count)
{
	for (u64 i = 1; i < count; i++) {
		struct cnode_describe_result slot = {0};
		EXPECT(OK, cnode_describe(cnode, i, &slot));
		if (slot.type == CAP_NULL)
			continue;
		if (slot.type != CAP_IRQ && slot.type != CAP_IOPORT)
			look_at_identity("object", slot.object_identity);
		look_at_identity("slot", slot.slot_identity);
		look_at_identity("parent", slot.parent_identity);
	}
}

static void fault_here(u64 a)
{
	(void)a;
	__asm__ volatile("ud2");
}

static void look_at_a_fault(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);
	struct kit_thread t = kit_thread(fault_here, 0, 50);
	struct message m = {0};

	give_fault_endpoint(t.thread, ep);
	EXPECT(OK, ipc(SYS_RECV, ep, &m));
	look_at_results("fault", &m);
	for (u32 i = MSG_REGS; i < FAULT_WORDS; i++)
		look("fault", ipc_buffer->words[i]);
	EXPECT(OK, RAW_METHOD_RESULT(&m, t.thread, THREAD_REGISTERS));
	look_at_results("registers", &m);
	EXPECT(OK, RAW_METHOD_RESULT(&m, t.thread, THREAD_INFO));
	look_at_results("thread", &m);
}

static void look_at_words(const char *where, const void *memory, u64 bytes)
{
	for (u64 at = 0; at + 8 <= bytes; at += 8)
		look(where, *(const u64 *)((const u8 *)memory + at));
}

/* Checks each hexadecimal and each decimal number in the log. */
static void look_at_log(const char *text, u64 bytes)
{
	for (u64 at = 0; at < bytes;) {
		bool hex = at + 2 < bytes && text[at] == '0' && text[at + 1] == 'x';
		u64 value = 0, digits = 0;

		for (at += hex ? 2 : 0; at < bytes; at++, digits++) {
			char c = text[at];
			if (c >= '0' && c <= '9')
				value = value * (hex ? 16 : 10) + (u64)(c - '0');
			else if (hex && c >= 'a' && c <= 'f')
				value = value * 16 + (u64)(c - 'a' + 10);
			else
				break;
		}
		if (digits)
			look("log", value);
		else
			at++;
	}
}

static void look_at_trace(void)
{
	cap_t frame = kit_slot(), n = kit_make(CAP_ENDPOINT, 0);
	void *address;
	struct message m = {.tag = TAG_NONBLOCK};

	EXPECT(OK, slot_copy(frame, ROOT_TRACE, RIGHT_READ));
	EXPECT(OK, window_map(frame, TRACE_PAGES, RIGHT_READ, 0, &address));
	const struct trace *ring = address;
	EXPECT(OK, kernel_trace(ROOT_KERNEL, 1));
	ipc(SYS_SEND, n, &m);
	EXPECT(OK, kernel_trace(ROOT_KERNEL, 0));
	CHECK(ring->written);
	for (u64 i = 0; i < ring->written && i < TRACE_ENTRIES; i++) {
		look_at_identity("trace", ring->entries[i].object);
		look_at_identity("trace", ring->entries[i].thread);
	}
	look_at_words("trace", ring, sizeof(*ring));
}

void test_no_address_is_told(void)
{
	static const u8 types[] = {
		CAP_UNTYPED, CAP_CNODE,         CAP_THREAD,     CAP_ENDPOINT, CAP_NOTIFICATION,
		CAP_REPLY,   CAP_ADDRESS_SPACE, CAP_PAGE_TABLE, CAP_FRAME};
	cap_t filler = kit_slot(), memory = make_memory(filler), cnode, space;
	struct frame_info_result buffer = {0};
	struct space_info_result spaces = {0};
	struct message m = {0};

	cnode = make_of(memory, CAP_CNODE, CNODE_MIN_SLOTS);
	space = make_of(memory, CAP_ADDRESS_SPACE, 0);
	for (u32 i = 0; i < ARRAY_LEN(types); i++) {
		u64 size = types[i] == CAP_CNODE     ? CNODE_MIN_SLOTS
			   : types[i] == CAP_UNTYPED ? PAGE_SIZE
						     : types[i] == CAP_FRAME;
		const struct untyped_retype one = {types[i], size, cnode, i + 1, .count = 1};
		EXPECT(OK, untyped_retype(memory, &one));
	}
	look_at_slots(ROOT_CNODE, ROOT_CNODE_SLOTS);
	look_at_slots(cnode, CNODE_MIN_SLOTS);
	EXPECT(OK, RAW_METHOD_RESULT(&m, make_of(memory, CAP_FRAME, 1), FRAME_INFO));
	look_at_results("frame", &m);
	EXPECT_U64(0, m.word[0]);
	EXPECT(OK, frame_info(ROOT_IPC_BUFFER, &buffer));
	EXPECT_U64(0, buffer.physical_address);
	EXPECT(OK, RAW_METHOD_RESULT(&m, memory, UNTYPED_INFO));
	look_at_results("untyped", &m);
	EXPECT_U64(0, m.word[0]);
	EXPECT(OK, space_info(space, &spaces));
	look_at_identity("space", spaces.identity);
	look_at_a_fault();
	look_at_trace();
	/* The counters after it grow past anything. */
	look_at_words("info", kit_info, offsetof(struct microk_info, log_bytes));
	look_at_log((const char *)kit_info + PAGE_SIZE, MIN(kit_info->log_bytes, INFO_LOG_BYTES));
	look_at_words("buffer", ipc_buffer, sizeof(*ipc_buffer));
	CHECK(looked_at > 1000);
	EXPECT(OK, slot_revoke(memory));
	EXPECT(OK, slot_delete(memory));
	EXPECT(OK, slot_delete(filler));
}

/* Objects that are made one after the other in one place have different identities; copies have the same. */
void test_identities_are_unique(void)
{
	cap_t memory = kit_make(CAP_UNTYPED, PAGE_SIZE);
	u64 seen[OBJECTS];

	for (u32 i = 0; i < OBJECTS; i++) {
		cap_t n = kit_slot();
		EXPECT(OK, retype(memory, CAP_NOTIFICATION, 0, n, 1));
		seen[i] = object_of(n);
		CHECK(seen[i] != 0);
		EXPECT_U64(seen[i], object_of(copy_of(n, RIGHT_READ)));
		for (u32 k = 0; k < i; k++)
			CHECK(seen[k] != seen[i]);
		EXPECT(OK, slot_revoke(memory));
	}
}

void test_a_driver_is_told(void)
{
	struct frame_info_result page = {0};
	struct untyped_info_result all = {0};
	struct message m = {0};
	cap_t frame = kit_make(CAP_FRAME, 2), device = kit_slot(), one = kit_slot();
	u64 unused;

	EXPECT(OK, iospace_narrow_to(ROOT_IOSPACE, 8, 1, one));
	cap_t mute = copy_of(one, RIGHT_READ);
	EXPECT(ERR_RIGHTS, iospace_map_at(mute, frame, 0, RIGHT_READ, &unused));
	EXPECT(ERR_RIGHTS,
	       iospace_map_at(one, copy_of(frame, RIGHT_WRITE), 0, RIGHT_READ, &unused));
	EXPECT(ERR_RIGHTS, iospace_map_at(one, copy_of(frame, RIGHT_READ), 0,
					  RIGHT_READ | RIGHT_WRITE, &unused));
	EXPECT(ERR_TYPE, iospace_map_at(one, kit_untyped(), 0, RIGHT_READ, &unused));
	EXPECT(ERR_CAP, iospace_map_at(one, 0, 0, RIGHT_READ, &unused));
	EXPECT(ERR_RANGE, iospace_map_at(ROOT_IOSPACE, frame, 0, RIGHT_READ, &unused));
	EXPECT(ERR_RANGE, iospace_narrow_to(one, 9, 1, kit_slot()));
	EXPECT(ERR_METHOD, RAW_METHOD(ROOT_IOSPACE, IOSPACE_MAP + 1));
	EXPECT(OK, RAW_METHOD_RESULT(&m, one, IOSPACE_MAP, frame, 0, RIGHT_READ | RIGHT_WRITE));
	EXPECT_U64(1, TAG_LENGTH(m.tag));
	CHECK(m.word[0] != 0 && m.word[0] % PAGE_SIZE == 0);
	EXPECT(ERR_STATE, iospace_map_at(one, frame, 0, RIGHT_READ, &unused));
	EXPECT(OK, frame_unmap(frame));
	/* Device memory's address is what the device's registers contain. */
	EXPECT(OK, retype(ROOT_DEVICE, CAP_FRAME, 1, device, 1));
	EXPECT(OK, frame_info(device, &page));
	CHECK(page.physical_address >= 64ul << 20);
	EXPECT(OK, untyped_info(ROOT_DEVICE, &all));
	CHECK(all.physical_address >= 64ul << 20 && all.is_device == 1);
	EXPECT(OK, slot_revoke(ROOT_DEVICE));
}
