/* Call and reply: the server's loop and the client's window, for each length of message. */
#include "tests/bench/bench.h"

/* A server that echoes a message of `length` words, `n` of them in registers. It ends when its
 * endpoint is given up. */
#define SERVER(name, n, length)                                                                    \
	static void server_##name(u64 ep)                                                          \
	{                                                                                          \
		u64 w[MSG_REGS] = {0}, badge, tag = TAG(0, 0);                                     \
		do                                                                                 \
			tag = fast_reply_recv(ep, TAG(0, length), &badge, w, n);                   \
		while (TAG_STATUS(tag) == OK);                                                     \
	}

SERVER(0, 0, 0)
SERVER(1, 1, 1)
SERVER(2, 2, 2)
SERVER(4, 4, 4)
SERVER(8, 8, 8)
SERVER(16, 8, 16)
SERVER(64, 8, 64)
SERVER(120, 8, 120)

struct pair {
	cap_t ep;
	struct kit_thread server;
};

typedef struct kit_thread (*thread_maker)(void (*entry)(u64), u64 argument, u8 priority);

static struct pair begin(thread_maker make, void (*server)(u64))
{
	struct pair p = {.ep = kit_make(CAP_ENDPOINT, 0)};

	p.server = make(server, p.ep, MORE_URGENT);
	KIT_UNTIL(kit_state(p.server) == THREAD_RECEIVING);
	return p;
}

/* Every call worked, and the server leaves its loop. */
static void end(struct pair p, u64 bad)
{
	CHECK(!bad);
	EXPECT(OK, cnode_fail(ROOT_CNODE, p.ep));
	thread_suspend(p.server.thread);
}

#define CALLS(row, make, name, n, length)                                                          \
	do {                                                                                       \
		struct pair p = begin(make, server_##name);                                        \
		u64 w[MSG_REGS] = {1, 2, 3, 4, 5, 6, 7, 8}, bad = 0, tag;                          \
		MEASURE_AND(row, tag = fast_call(p.ep, TAG(0, length), w, n),                      \
			    bad |= tag ^ TAG(0, length));                                          \
		for (u32 i = n; i-- > 0;)                                                          \
			bad |= w[i] ^ (i + 1);                                                     \
		end(p, bad);                                                                       \
	} while (0)

/* The receive slot is emptied outside the measured window. */
#define CALLS_CAP(row, make)                                                                       \
	do {                                                                                       \
		struct pair p = begin(make, server_0);                                             \
		cap_t given = kit_make(CAP_ENDPOINT, 0), arrives = kit_slot();                     \
		u64 bad = 0, tag;                                                                  \
		ipc_buffer->send_caps[0] = (u32)given;                                             \
		p.server.buffer->recv_caps[0] = (u32)arrives;                                      \
		MEASURE_AND(                                                                       \
			row, tag = fast_call(p.ep, TAG(0, 0) | 1ul << TAG_CAPS_SHIFT, NULL, 0),    \
			bad |= tag | slot_delete(arrives));                                        \
		end(p, bad);                                                                       \
	} while (0)

void bench_calls(void)
{
	CALLS(call_0, kit_thread_apart, 0, 0, 0);
	CALLS(call_1, kit_thread_apart, 1, 1, 1);
	CALLS(call_2, kit_thread_apart, 2, 2, 2);
	CALLS(call_4, kit_thread_apart, 4, 4, 4);
	CALLS(call_8, kit_thread_apart, 8, 8, 8);
	CALLS(call_16, kit_thread_apart, 16, 8, 16);
	CALLS(call_64, kit_thread_apart, 64, 8, 64);
	CALLS(call_120, kit_thread_apart, 120, 8, 120);
	CALLS_CAP(call_cap, kit_thread_apart);
	/* A client like a program with a C library: it has FPU state and a thread pointer; the server has neither. */
	EXPECT(OK, thread_fpu(ROOT_THREAD, 1));
	EXPECT(OK, thread_tls(ROOT_THREAD, ROOT_INFO_ADDRESS));
	CALLS(call_fpu_0, kit_thread_apart, 0, 0, 0);
	CALLS(call_fpu_8, kit_thread_apart, 8, 8, 8);
	EXPECT(OK, thread_tls(ROOT_THREAD, 0));
	EXPECT(OK, thread_fpu(ROOT_THREAD, 0));
}

void bench_calls_same(void)
{
	CALLS(same_0, kit_thread, 0, 0, 0);
	CALLS(same_1, kit_thread, 1, 1, 1);
	CALLS(same_4, kit_thread, 4, 4, 4);
	CALLS(same_8, kit_thread, 8, 8, 8);
	CALLS(same_16, kit_thread, 16, 8, 16);
	CALLS(same_120, kit_thread, 120, 8, 120);
	CALLS_CAP(same_cap, kit_thread);
}

/* ---- the same through the library's general system call ---- */

static void server_ipc(u64 ep)
{
	struct message m = {0};

	ipc(SYS_RECV, ep, &m);
	while (TAG_STATUS(m.tag) == OK) {
		m.tag = TAG(0, TAG_LENGTH(m.tag));
		ipc(SYS_REPLY_RECV, ep, &m);
	}
}

#define CALLS_IPC(row, n)                                                                          \
	do {                                                                                       \
		struct pair p = begin(kit_thread_apart, server_ipc);                               \
		struct message m = {0};                                                            \
		u64 bad = 0;                                                                       \
		MEASURE_AND(row, m.tag = TAG(0, n);                                                \
			    ipc(SYS_CALL, p.ep, &m), bad |= m.tag ^ TAG(0, n));                    \
		end(p, bad);                                                                       \
	} while (0)

void bench_calls_ipc(void)
{
	CALLS_IPC(ipc_0, 0);
	CALLS_IPC(ipc_4, 4);
	CALLS_IPC(ipc_8, 8);
}
