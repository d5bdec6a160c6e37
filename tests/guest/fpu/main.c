/* FPU registers: available to threads that declared them, each thread's own, and not readable by others. */
#include "tests/guest/kit/short.h"
#include "lib/microk/start.h"
#include "lib/microk/string.h"

#define URGENT 61
#define ROUNDS 200

struct image {
	u64 xmm[16][2];
	u32 mxcsr;
};

/* All that a thread can see: sixteen SSE registers and the control word. */
static void read_registers(struct image *to)
{
	__asm__ volatile(
		"movups %%xmm0, (%0); movups %%xmm1, 16(%0); movups %%xmm2, 32(%0); "
		"movups %%xmm3, 48(%0);"
		"movups %%xmm4, 64(%0); movups %%xmm5, 80(%0); movups %%xmm6, 96(%0); "
		"movups %%xmm7, 112(%0);"
		"movups %%xmm8, 128(%0); movups %%xmm9, 144(%0); movups %%xmm10, 160(%0); "
		"movups %%xmm11, 176(%0);"
		"movups %%xmm12, 192(%0); movups %%xmm13, 208(%0); movups %%xmm14, "
		"224(%0); movups %%xmm15, 240(%0);"
		"stmxcsr %1"
		:
		: "r"(to->xmm), "m"(to->mxcsr)
		: "memory");
}

static void write_registers(u64 pattern)
{
	__asm__ volatile(
		"movq %0, %%xmm0; movq %0, %%xmm1; movq %0, %%xmm2; movq %0, %%xmm3;"
		"movq %0, %%xmm4; movq %0, %%xmm5; movq %0, %%xmm6; movq %0, %%xmm7;"
		"movq %0, %%xmm8; movq %0, %%xmm9; movq %0, %%xmm10; movq %0, %%xmm11;"
		"movq %0, %%xmm12; movq %0, %%xmm13; movq %0, %%xmm14; movq %0, %%xmm15"
		:
		: "r"(pattern));
}

static bool holds(const struct image *i, u64 pattern)
{
	for (u32 n = 0; n < 16; n++)
		if (i->xmm[n][0] != pattern || i->xmm[n][1] != 0)
			return false;
	return true;
}

static struct kit_thread start(void (*entry)(u64), u64 argument, u8 priority, bool fpu)
{
	struct kit_thread t = kit_thread(entry, argument, KIT_PRIORITY - 1); /* does not run yet */

	EXPECT(OK, thread_fpu(t.thread, fpu));
	EXPECT(OK, thread_set_priority(t.thread, priority));
	return t;
}

static volatile bool done;

static void use_once(u64 unused)
{
	(void)unused;
	write_registers(1);
	done = true;
}

static void test_undeclared(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0);
	struct kit_thread t = kit_thread(use_once, 0, KIT_PRIORITY - 1);
	struct message m = {0};

	give_fault_endpoint(t.thread, ep);
	EXPECT(OK, ipc(SYS_RECV, ep, &m));
	EXPECT_U64(7, m.word[FAULT_VECTOR]);
	CHECK(!done);
	/* The fault handler declares the FPU for the thread, which goes on. */
	EXPECT(OK, thread_fpu(t.thread, 1));
	EXPECT(OK, ipc(SYS_REPLY, 0, &(struct message){0}));
	EXPECT(OK, thread_set_priority(t.thread, URGENT));
	CHECK(done);
	EXPECT(ERR_ARG, thread_fpu(t.thread, 2));
}

static struct image first_seen;

static void look_first(u64 pattern)
{
	read_registers(&first_seen);
	write_registers(pattern);
}

static void test_starts_clean(void)
{
	for (u64 i = 0; i < 3; i++) {
		memset(&first_seen, 0xff, sizeof(first_seen));
		start(look_first, 0x1111111111111111ul * (i + 1), URGENT, true);
		CHECK(holds(&first_seen, 0));
		EXPECT_U64(0x1f80, first_seen.mxcsr);
	}
}

static u32 wrong;

/* A thread keeps its pattern when it yields to threads of its priority, which keep theirs. */
static void keeper(u64 pattern)
{
	struct image i;

	for (u32 n = 0; n < ROUNDS; n++) {
		write_registers(pattern + n);
		kit_yield();
		read_registers(&i);
		wrong += !holds(&i, pattern + n);
	}
}

static void test_everybody_its_own(void)
{
	struct kit_thread t[4];

	wrong = 0;
	for (u64 i = 0; i < 4; i++)
		t[i] = start(keeper, (i + 1) << 32, KIT_PRIORITY, true);
	for (u32 i = 0; i < 4; i++)
		KIT_UNTIL(kit_state(t[i]) == THREAD_STOPPED);
	EXPECT_U64(0, wrong);
}

static cap_t endpoint;

/* Calls a server with the registers full; server_fpu is set if it uses them too. */
static void calling_keeper(u64 pattern)
{
	struct image i;

	for (u32 n = 0; n < ROUNDS; n++) {
		write_registers(pattern + n);
		struct message m = {.tag = TAG(0, 1), .word = {n}};
		ipc(SYS_CALL, endpoint, &m);
		read_registers(&i);
		wrong += !holds(&i, pattern + n);
	}
}

static void server(u64 fpu)
{
	struct message m = {0};
	struct image i;
	u64 pattern = 0;

	ipc(SYS_RECV, endpoint, &m);
	for (;;) {
		if (fpu) {
			read_registers(&i);
			wrong += !holds(&i, pattern);
			write_registers(++pattern);
		}
		m.tag = 0;
		ipc(SYS_REPLY_RECV, endpoint, &m);
	}
}

static void call_each_way(bool client_fpu, bool server_fpu)
{
	struct kit_thread c;

	endpoint = kit_make(CAP_ENDPOINT, 0);
	wrong = 0;
	start(server, server_fpu, URGENT, server_fpu);
	c = start(calling_keeper, 77ul << 40, KIT_PRIORITY, client_fpu);
	KIT_UNTIL(kit_state(c) == THREAD_STOPPED);
	EXPECT_U64(0, wrong);
}

static void test_over_calls(void)
{
	call_each_way(true, false);
	call_each_way(true, true);
}

/* A server that has not declared the FPU, and uses it when it is called by a thread that has. */
static void peeping_server(u64 ep)
{
	struct image i;

	ipc(SYS_RECV, ep, &(struct message){0});
	read_registers(&i);
	done = true;
}

static void test_peeping(void)
{
	cap_t faults = kit_make(CAP_ENDPOINT, 0);
	struct message m = {0};
	struct kit_thread t;

	done = false;
	endpoint = kit_make(CAP_ENDPOINT, 0);
	t = kit_thread(peeping_server, endpoint, KIT_PRIORITY - 1);
	give_fault_endpoint(t.thread, faults);
	EXPECT(OK, thread_set_priority(t.thread, URGENT));
	start(calling_keeper, 5, KIT_PRIORITY, true);
	EXPECT(OK, ipc(SYS_RECV, faults, &m));
	EXPECT_U64(7, m.word[FAULT_VECTOR]);
	CHECK(!done);
}

/* A server without a thread pointer does not get its caller's: its access goes to address 0. */
static void pointer_peeper(u64 ep)
{
	ipc(SYS_RECV, ep, &(struct message){0});
	__asm__ volatile("movq %%fs:0, %%rax" : : : "rax");
	done = true;
}

static void call_with_pointer(u64 ep)
{
	ipc(SYS_CALL, ep, &(struct message){0});
}

static void test_peeping_at_the_thread_pointer(void)
{
	cap_t faults = kit_make(CAP_ENDPOINT, 0);
	struct message m = {0};
	struct kit_thread server_thread, client;

	done = false;
	endpoint = kit_make(CAP_ENDPOINT, 0);
	server_thread = kit_thread(pointer_peeper, endpoint, KIT_PRIORITY - 1);
	give_fault_endpoint(server_thread.thread, faults);
	EXPECT(OK, thread_set_priority(server_thread.thread, URGENT));
	client = kit_thread(call_with_pointer, endpoint, KIT_PRIORITY - 1);
	EXPECT(OK, thread_tls(client.thread, (u64)kit_page(NULL)));
	EXPECT(OK, thread_set_priority(client.thread, KIT_PRIORITY));
	KIT_UNTIL(done || kit_state(server_thread) == THREAD_SENDING);
	CHECK(!done);
	m.tag = TAG_NONBLOCK;
	EXPECT(OK, ipc(SYS_RECV, faults, &m));
	EXPECT_U64(14, m.word[FAULT_VECTOR]);
	EXPECT_U64(0, m.word[FAULT_ADDRESS]);
}

static volatile u64 tls_seen;

static void tls_reader(u64 base)
{
	u64 v = 0;

	for (u32 n = 0; n < ROUNDS; n++) {
		__asm__ volatile("movq %%fs:0, %0" : "=r"(v));
		if (v != base)
			wrong++;
		kit_yield();
		ipc(SYS_CALL, endpoint, &(struct message){.tag = TAG(0, 0)});
	}
	tls_seen = v;
}

/* The thread pointer, which is switched beside the FPU, survives yields and calls too. */
static void test_thread_pointer(void)
{
	u64 *a = kit_page(NULL), *b = kit_page(NULL);
	struct kit_thread ta, tb;

	endpoint = kit_make(CAP_ENDPOINT, 0);
	start(server, false, URGENT, false);
	wrong = 0;
	*a = (u64)a;
	*b = (u64)b;
	ta = kit_thread(tls_reader, (u64)a, KIT_PRIORITY - 1);
	tb = kit_thread(tls_reader, (u64)b, KIT_PRIORITY - 1);
	EXPECT(OK, thread_tls(ta.thread, (u64)a));
	EXPECT(OK, thread_tls(tb.thread, (u64)b));
	EXPECT(OK, thread_fpu(ta.thread, 1));
	EXPECT(OK, thread_set_priority(ta.thread, KIT_PRIORITY));
	EXPECT(OK, thread_set_priority(tb.thread, KIT_PRIORITY));
	KIT_UNTIL(kit_state(ta) == THREAD_STOPPED);
	KIT_UNTIL(kit_state(tb) == THREAD_STOPPED);
	EXPECT_U64(0, wrong);
	EXPECT(ERR_RANGE, thread_tls(ta.thread, USER_TOP));
}

static const struct kit_test tests[] = {
	{"undeclared", test_undeclared},
	{"starts_clean", test_starts_clean},
	{"everybody_its_own", test_everybody_its_own},
	{"over_calls", test_over_calls},
	{"peeping", test_peeping},
	{"peeping_at_the_thread_pointer", test_peeping_at_the_thread_pointer},
	{"thread_pointer", test_thread_pointer},
};

int main(void)
{
	kit_main(tests, ARRAY_LEN(tests));
}
