/* Every system call with every kind of wrong argument returns the error that the headers name, and changes nothing. */
#include "tests/guest/bad/tests.h"
#include "tests/guest/kit/short.h"
#include "tests/guest/kit/catch.h"

static const u64 far_away[] = {
	0,
	ROOT_CNODE_SLOTS,
	ROOT_CNODE_SLOTS + 1,
	0xffff,
	1ul << 31,
	1ul << 32,
	(1ul << 32) + 1,
	(1ul << 32) | ROOT_CNODE,
	1ul << 58,
	(1ul << 58) + 1,
	1ul << 63,
	0x7fffffffffffffff,
	~0ul,
	0xffff800000000000,
	0xffffffff80000000,
};

static enum microk_status try(enum microk_syscall op, cap_t cap, u64 tag)
{
	struct message m = {.tag = tag | TAG_NONBLOCK};

	return ipc(op, cap, &m);
}

void test_bad_operation(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);

	for (u32 op = SYS_COUNT; op < 256; op++)
		EXPECT(ERR_SYSCALL, try((enum microk_syscall)op, ep, 0));
	/* Bits that mean nothing in a call: 20..23 flags, 24..31 zero. */
	for (u32 op = 0; op < SYS_COUNT; op++)
		for (u32 bit = 20; bit < 32; bit++)
			EXPECT(ERR_SYSCALL, try((enum microk_syscall)op, ep, 1ul << bit));
}

void test_bad_index(void)
{
	static const u8 ops[] = {
		SYS_CALL, SYS_REPLY_RECV, SYS_SEND, SYS_RECV, SYS_SIGNAL, SYS_WAIT};
	cap_t empty = kit_slot();

	for (u32 o = 0; o < ARRAY_LEN(ops); o++) {
		for (u32 i = 0; i < ARRAY_LEN(far_away); i++)
			EXPECT(ERR_CAP, try(ops[o], far_away[i], 0));
		EXPECT(ERR_CAP, try(ops[o], empty, 0));
	}
	/* These operations name no capability, so any index will do. */
	EXPECT(ERR_NO_REPLY, try(SYS_REPLY, ~0ul, 0));
	EXPECT(OK, try(SYS_YIELD, ~0ul, 0));
}

/* One capability of each type; 0 where there is none. */
static void one_of_each(cap_t to[CAP_TYPES])
{
	static const u64 size[CAP_TYPES] = {
		[CAP_UNTYPED] = PAGE_SIZE, [CAP_CNODE] = 16, [CAP_FRAME] = 1};

	for (u32 t = 0; t < CAP_TYPES; t++)
		to[t] = t >= CAP_UNTYPED && t <= CAP_FRAME ? kit_make(t, size[t]) : 0;
	to[CAP_IRQ] = ROOT_IRQ;
	to[CAP_IOPORT] = ROOT_IOPORT;
	to[CAP_KERNEL] = ROOT_KERNEL;
	to[CAP_IOSPACE] = ROOT_IOSPACE;
}

void test_bad_type(void)
{
	cap_t of[CAP_TYPES];

	one_of_each(of);
	for (u32 t = 1; t < CAP_TYPES; t++) {
		if (!of[t])
			continue;
		bool ep = t == CAP_ENDPOINT, n = t == CAP_NOTIFICATION, reply = t == CAP_REPLY;
		EXPECT(ep      ? ERR_WOULD_BLOCK
		       : reply ? ERR_NO_REPLY
			       : ERR_TYPE,
		       try(SYS_SEND, of[t], 0));
		EXPECT(ep ? ERR_WOULD_BLOCK : ERR_TYPE, try(SYS_RECV, of[t], 0));
		EXPECT(ep ? ERR_WOULD_BLOCK : ERR_TYPE, try(SYS_REPLY_RECV, of[t], 0));
		EXPECT(n ? OK : ERR_TYPE, try(SYS_SIGNAL, of[t], 0));
		EXPECT(n ? ERR_WOULD_BLOCK : ERR_TYPE, try(SYS_WAIT, of[t], 0));
		EXPECT(ep           ? ERR_WOULD_BLOCK
		       : n || reply ? ERR_TYPE
				    : ERR_METHOD,
		       try(SYS_CALL, of[t], 0));
		/* A thread that waited to receive serves the endpoint, and must not wait there for an answer. */
		if (ep) {
			struct message none = {.tag = TAG_DEADLINE};

			ipc_buffer->deadline = now() + microseconds(50);
			EXPECT(ERR_DEADLINE, ipc(SYS_RECV, of[t], &none));
			EXPECT(ERR_DEADLOCK, ipc(SYS_CALL, of[t], &(struct message){0}));
			EXPECT(ERR_DEADLOCK, ipc(SYS_SEND, of[t], &(struct message){0}));
		}
		/* Each type as the argument of a method that needs another type. */
		EXPECT(t == CAP_CNODE ? ERR_CAP : ERR_TYPE,
		       cnode_copy(ROOT_CNODE, &(struct cnode_copy){kit_slot(), of[t], 1, 0}));
		EXPECT(t == CAP_ADDRESS_SPACE ? ERR_TABLE : ERR_TYPE,
		       frame_map_at(of[CAP_FRAME], of[t], USER_BOTTOM, 1));
		EXPECT(t == CAP_ADDRESS_SPACE ? ERR_TABLE
		       : t == CAP_IOSPACE     ? ERR_STATE /* no unit translates */
					      : ERR_TYPE,
		       table_map_at(of[CAP_PAGE_TABLE], of[t], 0x1000, 1));
		if (t != CAP_CNODE)
			EXPECT(ERR_TYPE, CONFIGURE(of[CAP_THREAD], .cnode = of[t]));
		if (t != CAP_ADDRESS_SPACE)
			EXPECT(ERR_TYPE, CONFIGURE(of[CAP_THREAD], .address_space = of[t]));
		if (t != CAP_ENDPOINT)
			EXPECT(ERR_TYPE, CONFIGURE(of[CAP_THREAD], .fault_endpoint = of[t]));
		if (t != CAP_FRAME)
			EXPECT(ERR_TYPE, CONFIGURE(of[CAP_THREAD], .ipc_buffer_frame = of[t]));
		if (t != CAP_NOTIFICATION)
			EXPECT(ERR_TYPE, CONFIGURE(of[CAP_THREAD], .notification = of[t]));
	}
}

/* A capability without any right does nothing at all. */
void test_bad_rights(void)
{
	cap_t of[CAP_TYPES], bare;

	one_of_each(of);
	for (u32 t = 1; t < CAP_TYPES; t++) {
		if (!of[t] || t == CAP_UNTYPED || t == CAP_PAGE_TABLE)
			continue;
		bare = copy_of(of[t], 0);
		EXPECT_U64(0, rights_of(bare));
		for (u16 label = 1; label <= last_method(t); label++)
			EXPECT(ERR_RIGHTS, RAW_METHOD(bare, label, 1, 1, 1, 1));
		if (t == CAP_ENDPOINT) {
			EXPECT(ERR_RIGHTS, try(SYS_CALL, bare, 0));
			EXPECT(ERR_RIGHTS, try(SYS_SEND, bare, 0));
			EXPECT(ERR_RIGHTS, try(SYS_RECV, bare, 0));
			EXPECT(ERR_RIGHTS, try(SYS_REPLY_RECV, bare, 0));
			EXPECT(ERR_RIGHTS,
			       try(SYS_SEND, copy_of(of[t], RIGHT_WRITE), 1ul << TAG_CAPS_SHIFT));
		}
		if (t == CAP_NOTIFICATION) {
			EXPECT(ERR_RIGHTS, try(SYS_SIGNAL, bare, 0));
			EXPECT(ERR_RIGHTS, try(SYS_WAIT, bare, 0));
		}
		if (t == CAP_REPLY)
			EXPECT(ERR_RIGHTS, try(SYS_SEND, bare, 0));
		/* A child of it has none either. */
		EXPECT_U64(0, rights_of(copy_of(bare, RIGHT_ALL)));
	}
}

static void call_once(u64 ep)
{
	ipc(SYS_CALL, ep, &(struct message){0});
}

void test_bad_length(void)
{
	cap_t of[CAP_TYPES], called = kit_make(CAP_ENDPOINT, 0);
	struct message m = {0};

	one_of_each(of);
	for (u64 length = 0; length < 256; length++) {
		enum microk_status s = length > MSG_WORDS ? ERR_LENGTH : ERR_WOULD_BLOCK;
		EXPECT(s, try(SYS_CALL, called, TAG(1, length)));
		EXPECT(s, try(SYS_SEND, of[CAP_ENDPOINT], TAG(1, length)));
		EXPECT(ERR_NO_REPLY, try(SYS_REPLY, 0, TAG(1, length)));
		/* A receive takes no message. */
		EXPECT(ERR_WOULD_BLOCK, try(SYS_RECV, of[CAP_ENDPOINT], TAG(1, length)));
		if (length > MSG_REGS)
			EXPECT(ERR_LENGTH, try(SYS_CALL, of[CAP_FRAME], TAG(FRAME_INFO, length)));
	}
	EXPECT(ERR_LENGTH,
	       try(SYS_CALL, of[CAP_FRAME], TAG(FRAME_INFO, 0) | 1ul << TAG_CAPS_SHIFT));
	/* A reply that is too long is not delivered: the caller still waits, and can still be answered. */
	struct kit_thread t = kit_thread(call_once, of[CAP_ENDPOINT], 61);
	EXPECT(OK, ipc(SYS_RECV, of[CAP_ENDPOINT], &m));
	EXPECT(ERR_LENGTH, try(SYS_REPLY, 0, TAG(0, MSG_WORDS + 1)));
	EXPECT(ERR_LENGTH, try(SYS_REPLY_RECV, of[CAP_ENDPOINT], TAG(0, 255)));
	EXPECT(ERR_TYPE, try(SYS_REPLY_RECV, of[CAP_FRAME], TAG(0, 0)));
	EXPECT(ERR_CAP, try(SYS_REPLY_RECV, ~0ul, TAG(0, 0)));
	EXPECT_U64(THREAD_AWAITING, kit_state(t));
	EXPECT(OK, cnode_save_caller(ROOT_CNODE, of[CAP_REPLY]));
	EXPECT(ERR_LENGTH, try(SYS_SEND, of[CAP_REPLY], TAG(0, MSG_WORDS + 1)));
	EXPECT_U64(THREAD_AWAITING, kit_state(t));
	EXPECT(OK, try(SYS_SEND, of[CAP_REPLY], TAG(0, 0)));
	KIT_UNTIL(kit_state(t) == THREAD_STOPPED);
}

void test_bad_label(void)
{
	cap_t of[CAP_TYPES];

	one_of_each(of);
	for (u32 t = 1; t < CAP_TYPES; t++) {
		if (!last_method(t))
			continue;
		EXPECT(ERR_METHOD, RAW_METHOD(of[t], 0, 1, 2, 3));
		for (u32 label = last_method(t) + 1u; label < 0x10000; label = label * 3 / 2)
			EXPECT(ERR_METHOD, RAW_METHOD(of[t], (u16)label, 1, 2, 3));
		EXPECT(ERR_METHOD, RAW_METHOD(of[t], 0xffff, 1, 2, 3));
	}
}

/* A sender to test with. */
static volatile u64 sent;

static void send_caps(u64 ep)
{
	sent = 999;
	sent = ipc(SYS_SEND, ep, &(struct message){.tag = 3ul << TAG_CAPS_SHIFT});
}

static enum microk_status transfer(cap_t ep, const u64 from[MSG_CAPS], const u64 to[MSG_CAPS])
{
	struct message m = {.tag = TAG_NONBLOCK};
	struct kit_thread t = kit_thread(send_caps, ep, 60);

	for (u32 i = 0; i < MSG_CAPS; i++) {
		t.buffer->send_caps[i] = (u32)from[i];
		ipc_buffer->recv_caps[i] = (u32)to[i];
	}
	KIT_UNTIL(kit_state(t) == THREAD_SENDING);
	enum microk_status s = ipc(SYS_RECV, ep, &m);
	KIT_UNTIL(kit_state(t) == THREAD_STOPPED);
	for (u32 i = 0; i < MSG_CAPS; i++)
		ipc_buffer->recv_caps[i] = 0;
	EXPECT(OK, slot_delete(t.thread));
	return s == OK ? OK : (enum microk_status)sent;
}

void test_bad_transfer(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), n = kit_make(CAP_NOTIFICATION, 0),
	      free = kit_slots(4);
	cap_t table = kit_make(CAP_PAGE_TABLE, 0), untyped = kit_make(CAP_UNTYPED, PAGE_SIZE);
	const u64 good_from[MSG_CAPS] = {n, ep, n}, good_to[MSG_CAPS] = {free, free + 1, free + 2};
	const u64 bad_from[] = {0, free + 3, ROOT_CNODE_SLOTS, 0xffffffff, untyped, table};
	const u64 bad_to[] = {0, n, ROOT_CNODE_SLOTS, 0xffffffff, ROOT_CNODE};
	u64 list[MSG_CAPS];

	for (u32 place = 0; place < MSG_CAPS; place++) {
		for (u32 i = 0; i < ARRAY_LEN(bad_from); i++) {
			for (u32 k = 0; k < MSG_CAPS; k++)
				list[k] = k == place ? bad_from[i] : good_from[k];
			EXPECT(ERR_TRANSFER, transfer(ep, list, good_to));
		}
		for (u32 i = 0; i < ARRAY_LEN(bad_to); i++) {
			for (u32 k = 0; k < MSG_CAPS; k++)
				list[k] = k == place ? bad_to[i] : good_to[k];
			EXPECT(ERR_TRANSFER, transfer(ep, good_from, list));
		}
		/* The same destination twice. */
		for (u32 k = 0; k < MSG_CAPS; k++)
			list[k] = k == place ? good_to[(k + 1) % MSG_CAPS] : good_to[k];
		EXPECT(ERR_TRANSFER, transfer(ep, good_from, list));
	}
	for (u32 k = 0; k < 4; k++)
		EXPECT_U64(CAP_NULL, type_of(free + k));
	EXPECT(OK, transfer(ep, good_from, good_to));
	EXPECT_U64(object_of(n), object_of(free));
	EXPECT_U64(object_of(ep), object_of(free + 1));
	EXPECT_U64(self_of(n), parent_of(free + 2));
}

static volatile u64 status[3];

static void call_without_buffer(u64 ep)
{
	struct message m = {.tag = TAG(0, MSG_REGS + 1) | TAG_NONBLOCK};

	status[0] = ipc(SYS_CALL, ep, &m);
	m.tag = 1ul << TAG_CAPS_SHIFT | TAG_NONBLOCK;
	status[1] = ipc(SYS_SEND, ep, &m);
	m.tag = TAG(0, MSG_REGS) | TAG_NONBLOCK;
	status[2] = ipc(SYS_CALL, ep, &m);
}

void test_no_buffer(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), frame;

	kit_page(&frame);
	struct kit_thread t = kit_thread(call_without_buffer, ep, 60);
	EXPECT(OK, thread_suspend(t.thread));
	/* A buffer that ends when its frame's parent is revoked. */
	EXPECT(OK, CONFIGURE(t.thread, .ipc_buffer_frame = frame));
	EXPECT(OK, slot_revoke(frame));
	status[2] = 999;
	EXPECT(OK, thread_resume(t.thread));
	KIT_UNTIL(status[2] != 999);
	EXPECT_U64(ERR_BUFFER, status[0]);
	EXPECT_U64(ERR_BUFFER, status[1]);
	EXPECT_U64(ERR_WOULD_BLOCK, status[2]);
}
