/* A signal switches directly to the thread that it wakes: each thread keeps its own state, whichever way the switch goes. */
#include "tests/guest/kit/short.h"
#include "tests/guest/kernel/tests.h"

#define ROUNDS 300
#define FLAG_ID 0x200000ul
#define PIT_CHANNEL 0x40
#define PIT_COMMAND 0x43

struct side {
	u64 self; /* first: where the thread pointer leads */
	bool fpu, tls;
	u64 pattern, flag, rounds, wrong;
	u64 strange; /* registers that were neither 0 nor what they were at the system call */
};

static struct side waker, woken;
static volatile cap_t signal, wait_at;
static volatile bool stop;

static void state_set(const struct side *s)
{
	if (s->fpu)
		__asm__ volatile(
			"movq %0, %%xmm0; movq %0, %%xmm15; movq %0, %%mm3" ::"r"(s->pattern));
	__asm__ volatile("pushfq; andq $~0x200000, (%%rsp); orq %0, (%%rsp); popfq" ::"r"(s->flag)
			 : "cc", "memory");
	__asm__ volatile("movl %0, %%ds; movl %0, %%es" ::"r"(s == &waker ? 0x1b : 0));
}

static void state_check(struct side *s)
{
	u64 low = s->pattern, high = s->pattern, mmx = s->pattern, self = s->self, flags;
	u32 ds, es, gs;

	__asm__ volatile("pushfq; popq %0" : "=r"(flags));
	__asm__ volatile("movl %%ds, %0; movl %%es, %1; movl %%gs, %2"
			 : "=r"(ds), "=r"(es), "=r"(gs));
	if (s->fpu)
		__asm__ volatile("movq %%xmm0, %0; movq %%xmm15, %1; movq %%mm3, %2"
				 : "=r"(low), "=r"(high), "=r"(mmx));
	if (s->tls)
		__asm__ volatile("movq %%fs:0, %0" : "=r"(self));
	s->wrong += low != s->pattern || high != s->pattern || mmx != s->pattern;
	s->wrong += (self != s->self) * 1000;
	s->wrong += ((flags & FLAG_ID) != s->flag) * 1000000;
	s->wrong += (s == &woken && (ds | es | gs)) * 1000000000ul;
	s->rounds++;
}

/* Registers that survive, and those that are the thread's own or 0. */
static void one(struct side *s, u64 tag, cap_t cap)
{
	register u64 r8 __asm__("r8") = s->pattern, r9 __asm__("r9") = s->pattern,
			r10 __asm__("r10") = s->pattern;
	u64 si = s->pattern, dx = s->pattern, a = tag, di = cap, b = s->pattern, other = 0,
	    own = s->pattern;

	state_set(s);
	__asm__ volatile(
		"movq %[p], %%r14; movq %[p], %%r15; movq %[p], %%r12; movq %[p], %%r13\n"
		"syscall\n"
		"subq %[p], %%r14; subq %[p], %%r15; orq %%r15, %%r14; movq %%r14, %[o]\n"
		"1: testq %%r12, %%r12; jz 2f; cmpq %[p], %%r12; je 2f; incq %[o]\n"
		"2: testq %%r13, %%r13; jz 3f; cmpq %[p], %%r13; je 3f; incq %[o]\n3:"
		: "+a"(a), "+D"(di), "+S"(si), "+d"(dx), "+r"(r8), "+r"(r9), "+r"(r10),
		  "+b"(b), [o] "+m"(other)
		: [p] "m"(own)
		: "rcx", "r11", "r12", "r13", "r14", "r15", "memory", "cc");
	const u64 left[] = {si, dx, r8, r9, r10, b};
	for (u32 i = 0; i < 6; i++)
		other += left[i] && left[i] != s->pattern;
	s->strange += other != 0;
	s->wrong += (u8)a * 1000000000000ul;
	state_check(s);
}

static void run_woken(u64 unused)
{
	(void)unused;
	while (!stop)
		one(&woken, SYS_WAIT, wait_at);
}

static void run_waker(u64 unused)
{
	(void)unused;
	for (u32 i = 0; i < ROUNDS; i++)
		one(&waker, SYS_SIGNAL, signal);
}

/* Interrupted anywhere. */
static void run_interrupted(u64 unused)
{
	(void)unused;
	while (woken.rounds < 40) {
		state_set(&waker);
		for (volatile u32 i = 0; i < 2000; i++)
			;
		state_check(&waker);
	}
}

static void state_of(struct kit_thread t, struct side *s, bool fpu, bool tls, u64 pattern)
{
	*s = (struct side){
		.self = tls ? (u64)s : 0,
		.fpu = fpu,
		.tls = tls,
		.pattern = pattern,
		.flag = pattern & 1 ? FLAG_ID : 0};
	if (fpu)
		EXPECT(OK, thread_fpu(t.thread, 1));
	if (tls)
		EXPECT(OK, thread_tls(t.thread, (u64)s));
}

/* Returns whether no interrupt came. One that comes in user mode saves all registers, and a later system call that brings no
 * message may leave these old values (microk/syscall.h). */
static bool try_kinds(u32 kinds, void (*run)(u64))
{
	cap_t n = kit_make(CAP_NOTIFICATION, 0), irq = kit_slot();

	stop = false;
	wait_at = n;
	signal = kit_mint(n, RIGHT_WRITE, 4, MINT_BADGE);
	struct kit_thread b = kit_thread(run_woken, 0, KIT_PRIORITY - 1);
	struct kit_thread a = kit_thread(run, 0, KIT_PRIORITY - 2);
	state_of(a, &waker, kinds & 1, kinds & 2, 0x1111111111111111 * (1 + kinds));
	state_of(b, &woken, kinds & 4, kinds & 8, 0x0123456789abcdee + kinds / 2);
	u64 interrupts = kit_info->interrupts;
	EXPECT(OK, thread_set_priority(b.thread, KIT_PRIORITY + 2));
	if (run == run_interrupted) {
		EXPECT(OK, irq_narrow_to(ROOT_IRQ, 0, 1, irq));
		EXPECT(OK, irq_bind_to(irq, signal, 4));
		EXPECT(OK, ioport_write(ROOT_IOPORT, PIT_COMMAND, 1, 0x34));
		EXPECT(OK, ioport_write(ROOT_IOPORT, PIT_CHANNEL, 1, 0x52));
		EXPECT(OK, ioport_write(ROOT_IOPORT, PIT_CHANNEL, 1, 0x2));
		for (u32 i = 0; i < 100000 && woken.rounds < 40; i++) {
			irq_ack(irq);
			kit_yield();
			EXPECT(OK, thread_set_priority(a.thread, KIT_PRIORITY));
		}
		CHECK(woken.rounds >= 40);
	} else {
		EXPECT(OK, thread_set_priority(a.thread, KIT_PRIORITY + 1));
		EXPECT_U64(ROUNDS, woken.rounds);
		EXPECT_U64(ROUNDS, waker.rounds);
	}
	bool is_quiet = kit_info->interrupts == interrupts;
	EXPECT_U64(0, waker.wrong);
	EXPECT_U64(0, woken.wrong);
	if (is_quiet)
		EXPECT_U64(0, waker.strange);
	if (is_quiet || run == run_interrupted)
		EXPECT_U64(0, woken.strange);
	stop = true;
	EXPECT(OK, thread_suspend(a.thread));
	EXPECT(OK, thread_suspend(b.thread));
	slot_delete(irq);
	return is_quiet;
}

/* The timer fires every 10 ms at most, and a try takes 1 ms. */
static bool try_quietly(u32 kinds)
{
	for (u32 tries = 0; tries < 10; tries++)
		if (try_kinds(kinds, run_waker))
			return true;
	return false;
}

void test_direct_switch(void)
{
	for (u32 kinds = 0; kinds < 16; kinds++)
		CHECK(try_quietly(kinds));
}

void test_direct_switch_by_interrupt(void)
{
	for (u32 kinds = 0; kinds < 16; kinds++)
		try_kinds(kinds, run_interrupted);
}
