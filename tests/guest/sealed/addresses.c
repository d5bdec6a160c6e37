/*
 * Addresses of the kernel's: everything that a program can read is searched for them. The test holds the root task's
 * IoSpace, by which it finds where its memory lies; no other result may reveal that. */
#include "microk/ipcbuf.h"
#include "microk/trace.h"
#include "tests/guest/sealed/sealed.h"
#include "lib/microk/memory.h"
#include "lib/microk/string.h"

#define KERNEL_HALF 0xffff800000000000ul
#define IDENTITY_BITS 48
#define OBJECTS 12

extern struct ipcbuf *ipc_buffer;

static u64 start, end; /* of the test's memory, physical */
static u32 looked_at;

/* A word that must be no address in the kernel's half, and none of the test's own memory. */
static void look(const char *where, u64 word)
{
	looked_at++;
	if (word >= KERNEL_HALF || (word >= start && word < end))
		kit_fail(__FILE__, __LINE__, "%s: 0x%lx is an address", where, word);
}

/* An identity might reveal one in disguise: shifted, as slots and pages are counted. */
static void look_at_identity(const char *where, u64 word)
{
	look(where, word);
	CHECK(word >> IDENTITY_BITS == 0);
	for (u32 shift = 4; shift <= 12; shift++)
		look(where, word << shift & ~KERNEL_HALF);
}

#define FILLER (24ul << 20) /* so that it lies where no program has addresses */
#define BYTES (4ul << 20)

/* Memory of the test's own, of known place. */
static cap_t make_memory(cap_t filler)
{
	cap_t memory = kit_slot(), frame;

	EXPECT(OK, RETYPE(ROOT_UNTYPED, CAP_UNTYPED, FILLER, filler, 1));
	EXPECT(OK, RETYPE(ROOT_UNTYPED, CAP_UNTYPED, BYTES, memory, 1));
	frame = make_of(memory, CAP_FRAME, 1);
	start = phys_of(frame);
	end = start + BYTES;
	return memory;
}

static void look_at_results(const char *where, const struct message *m)
{
	for (u32 i = 0; i < TAG_LENGTH(m->tag) && i < MSG_REGS; i++)
		look(where, m->word[i]);
}

/* Describe of every slot. Its words 0, 1 and 7 are small, 2 and 4 are the program's own. */
static void look_at_slots(cap_t cnode, u64 count)
{
	for (u64 i = 1; i < count; i++) {
		struct message m = {0};
		EXPECT(OK, METHOD_RESULT(&m, cnode, CNODE_DESCRIBE, i));
		if (m.word[0] == CAP_NULL)
			continue;
		if (m.word[0] != CAP_IRQ && m.word[0] != CAP_IOPORT)
			look_at_identity("object", m.word[3]);
		look_at_identity("slot", m.word[5]);
		look_at_identity("parent", m.word[6]);
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

	EXPECT(OK, METHOD(t.thread, THREAD_SUSPEND));
	EXPECT(OK, METHOD(t.thread, THREAD_CONFIGURE, 0, 0, ep, 0, 0));
	EXPECT(OK, METHOD(t.thread, THREAD_RESUME));
	EXPECT(OK, ipc(SYS_RECV, ep, &m));
	look_at_results("fault", &m);
	for (u32 i = MSG_REGS; i < FAULT_WORDS; i++)
		look("fault", ipc_buffer->words[i]);
	EXPECT(OK, METHOD_RESULT(&m, t.thread, THREAD_REGISTERS));
	look_at_results("registers", &m);
	EXPECT(OK, METHOD_RESULT(&m, t.thread, THREAD_INFO));
	look_at_results("thread", &m);
}

static void look_at_words(const char *where, const void *memory, u64 bytes)
{
	for (u64 at = 0; at + 8 <= bytes; at += 8)
		look(where, *(const u64 *)((const u8 *)memory + at));
}

/* Each hexadecimal number of the log, and each decimal one. */
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

	EXPECT(OK, COPY(frame, ROOT_TRACE, RIGHT_READ));
	EXPECT(OK, window_map(frame, TRACE_PAGES, RIGHT_READ, 0, &address));
	const struct trace *ring = address;
	EXPECT(OK, METHOD(ROOT_KERNEL, KERNEL_TRACE, 1));
	ipc(SYS_SEND, n, &m);
	EXPECT(OK, METHOD(ROOT_KERNEL, KERNEL_TRACE, 0));
	CHECK(ring->written);
	for (u64 i = 0; i < ring->written && i < TRACE_ENTRIES; i++) {
		look_at_identity("trace", ring->entries[i].object);
		look_at_identity("trace", ring->entries[i].thread);
	}
	look_at_words("trace", ring, sizeof(*ring));
}

void test_no_address_is_told(void)
{
	static const u8 types[] = {CAP_UNTYPED,       CAP_CNODE,        CAP_THREAD,
				   CAP_ENDPOINT,      CAP_NOTIFICATION, CAP_REPLY,
				   CAP_ADDRESS_SPACE, CAP_PAGE_TABLE,   CAP_FRAME};
	cap_t filler = kit_slot(), memory = make_memory(filler), cnode, space;
	struct message m = {0};

	cnode = make_of(memory, CAP_CNODE, CNODE_MIN_SLOTS);
	space = make_of(memory, CAP_ADDRESS_SPACE, 0);
	for (u32 i = 0; i < ARRAY_LEN(types); i++) {
		u64 size = types[i] == CAP_CNODE     ? CNODE_MIN_SLOTS
			   : types[i] == CAP_UNTYPED ? PAGE_SIZE
						     : types[i] == CAP_FRAME;
		EXPECT(OK, METHOD(memory, UNTYPED_RETYPE, types[i], size, cnode, i + 1, 1));
	}
	look_at_slots(ROOT_CNODE, ROOT_CNODE_SLOTS);
	look_at_slots(cnode, CNODE_MIN_SLOTS);
	EXPECT(OK, METHOD_RESULT(&m, make_of(memory, CAP_FRAME, 1), FRAME_INFO));
	look_at_results("frame", &m);
	EXPECT_U64(0, m.word[0]);
	EXPECT(OK, METHOD_RESULT(&m, ROOT_IPC_BUFFER, FRAME_INFO));
	EXPECT_U64(0, m.word[0]);
	EXPECT(OK, METHOD_RESULT(&m, memory, UNTYPED_INFO));
	look_at_results("untyped", &m);
	EXPECT_U64(0, m.word[0]);
	EXPECT(OK, METHOD_RESULT(&m, space, SPACE_INFO));
	look_at_identity("space", m.word[0]);
	look_at_a_fault();
	look_at_trace();
	/* The counters after it grow past anything. */
	look_at_words("info", kit_info, offsetof(struct microk_info, log_bytes));
	look_at_log((const char *)kit_info + PAGE_SIZE, MIN(kit_info->log_bytes, INFO_LOG_BYTES));
	look_at_words("buffer", ipc_buffer, sizeof(*ipc_buffer));
	CHECK(looked_at > 1000);
	EXPECT(OK, REVOKE(memory));
	EXPECT(OK, DELETE(memory));
	EXPECT(OK, DELETE(filler));
}

/* Objects that follow each other in one place are different ones; copies are the same. */
void test_identities_are_unique(void)
{
	cap_t memory = kit_make(CAP_UNTYPED, PAGE_SIZE);
	u64 seen[OBJECTS];

	for (u32 i = 0; i < OBJECTS; i++) {
		cap_t n = kit_slot();
		EXPECT(OK, RETYPE(memory, CAP_NOTIFICATION, 0, n, 1));
		seen[i] = object_of(n);
		CHECK(seen[i] != 0);
		EXPECT_U64(seen[i], object_of(copy_of(n, RIGHT_READ)));
		for (u32 k = 0; k < i; k++)
			CHECK(seen[k] != seen[i]);
		EXPECT(OK, REVOKE(memory));
	}
}

void test_a_driver_is_told(void)
{
	struct message m = {0};
	cap_t frame = kit_make(CAP_FRAME, 2), device = kit_slot(),
	      mute = copy_of(ROOT_IOSPACE, RIGHT_WRITE);

	EXPECT(OK, METHOD_RESULT(&m, ROOT_IOSPACE, IOSPACE_ADDRESS, frame));
	EXPECT_U64(1, TAG_LENGTH(m.tag));
	CHECK(m.word[0] != 0 && m.word[0] % PAGE_SIZE == 0);
	EXPECT(ERR_RIGHTS, METHOD(mute, IOSPACE_ADDRESS, frame));
	EXPECT(ERR_RIGHTS, METHOD(ROOT_IOSPACE, IOSPACE_ADDRESS, copy_of(frame, RIGHT_WRITE)));
	EXPECT(ERR_TYPE, METHOD(ROOT_IOSPACE, IOSPACE_ADDRESS, kit_untyped()));
	EXPECT(ERR_CAP, METHOD(ROOT_IOSPACE, IOSPACE_ADDRESS, 0));
	EXPECT(ERR_METHOD, METHOD(ROOT_IOSPACE, IOSPACE_ADDRESS + 1));
	/* Device memory's address is what the device's registers contain. */
	EXPECT(OK, RETYPE(ROOT_DEVICE, CAP_FRAME, 1, device, 1));
	EXPECT(OK, METHOD_RESULT(&m, device, FRAME_INFO));
	CHECK(m.word[0] >= 64ul << 20);
	EXPECT(OK, METHOD_RESULT(&m, ROOT_DEVICE, UNTYPED_INFO));
	CHECK(m.word[0] >= 64ul << 20 && m.word[3] == 1);
	EXPECT(OK, REVOKE(ROOT_DEVICE));
}
