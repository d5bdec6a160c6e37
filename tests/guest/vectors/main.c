/*
 * Interrupts that no driver waits for. Without interrupt remapping a device may raise any vector by a message: QEMU's
 * edu device gets its number. And events from outside: NMI, machine check.
 */
#include "tests/guest/kit/short.h"
#include "tests/guest/kit/catch.h"
#include "tests/guest/kit/edu.h"
#include "lib/microk/memory.h"
#include "lib/microk/start.h"

#define DMA_MS 100
#define FIRST_IRQ 0x20
#define IRQS 192
#define TIMER 0xef
#define REPORT 0xee
#define MSI_NMI 0x400 /* delivery mode NMI */
#define MSI_LOWEST_PRIORITY 0x100
#define MSI_EXTINT 0x700 /* the vector is the 8259s' */

static u64 memory_phys;

/* Per test, since each has its own memory. */
static void open_edu(void)
{
	cap_t memory;

	edu_open();
	kit_page(&memory);
	memory_phys = phys_of(memory);
}

static void set_message(u32 data)
{
	edu_set_message(EDU_MESSAGE, data);
}

static void close_edu(void)
{
	edu_close();
}

static void raise_now(void)
{
	edu[EDU_RAISE] = 1;
}

static void raise_later(void)
{
	edu[EDU_DMA_FROM] = (u32)memory_phys;
	edu[EDU_DMA_TO] = EDU_BUFFER;
	edu[EDU_DMA_COUNT] = 8;
	edu[EDU_DMA_COMMAND] = EDU_DMA_START | EDU_DMA_RAISES;
}

/* Of all interrupts since `before`, as the information area counts. The kernel handles
 * the timer's and its own report; no thread waits for the rest. */
struct counts {
	u64 interrupts, dropped, nmis;
};

static struct counts count(void)
{
	return (struct counts){kit_info->interrupts, kit_info->interrupts_dropped, kit_info->nmis};
}

static void expect_counted(u32 vector, struct counts before)
{
	struct counts after = count();
	bool expected = vector == TIMER || vector == REPORT;

	if (after.interrupts == before.interrupts || after.nmis != before.nmis ||
	    (after.dropped == before.dropped) != expected)
		kit_fail(__FILE__, __LINE__,
			 "vector %u: %lu interrupts, %lu of them dropped, %lu NMIs", vector,
			 after.interrupts - before.interrupts, after.dropped - before.dropped,
			 after.nmis - before.nmis);
}

/* The timer still comes: interrupts are not blocked. */
static void expect_awake(void)
{
	u64 begun = now();

	nap(1000);
	CHECK(now() - begun < microseconds(3000));
}

static void test_any_vector_in_user_mode(void)
{
	open_edu();
	for (u32 vector = 1; vector < 256; vector++) { /* QEMU delivers no vector 0 */
		struct counts before = count();

		set_message(vector);
		raise_now();
		expect_counted(vector, before);
		if (vector % 16 == 15)
			expect_awake();
	}
	close_edu();
}

static void test_any_vector_in_idle(void)
{
	open_edu();
	for (u32 vector = 1; vector < 256; vector++) { /* QEMU delivers no vector 0 */
		struct counts before = count();
		u64 begun = now();

		set_message(vector);
		raise_later();
		nap((DMA_MS + 10) * 1000);
		CHECK(now() - begun < microseconds((DMA_MS + 12) * 1000));
		expect_counted(vector, before);
	}
	close_edu();
}

/* While the kernel works, which it does nearly all of the time: the interrupt waits until user mode is back. */
static void test_some_vectors_in_kernel(void)
{
	static const u32 vectors[] = {2, 8, 13, 14, 17, 18, 33, 255};

	open_edu();
	for (u32 i = 0; i < ARRAY_LEN(vectors); i++) {
		struct counts before = count();
		u64 end = now() + microseconds((DMA_MS + 10) * 1000);

		set_message(vectors[i]);
		raise_later();
		while (now() < end)
			for (u32 k = 0; k < 100; k++)
				untyped_info(ROOT_UNTYPED, NULL);
		expect_counted(vectors[i], before);
		expect_awake();
	}
	close_edu();
}

static void test_other_delivery_modes(void)
{
	open_edu();
	struct counts before = count();

	set_message(MSI_NMI);
	raise_now();
	EXPECT_U64(before.nmis + 1, kit_info->nmis);
	raise_later();
	nap((DMA_MS + 10) * 1000);
	EXPECT_U64(before.nmis + 2, kit_info->nmis);
	before = count();
	set_message(MSI_LOWEST_PRIORITY | 0x13);
	raise_now();
	expect_counted(0x13, before);
	expect_awake();
	/* QEMU delivers none of these; test_the_8259s_vectors_are_dropped has what a processor would ask for. */
	set_message(MSI_EXTINT);
	raise_now();
	expect_awake();
	close_edu();
}

/* A bound interrupt is delivered to its driver, and no other interrupt is. */
static void test_bound(void)
{
	cap_t irq = kit_slot(),
	      n = kit_mint(kit_make(CAP_NOTIFICATION, 0), RIGHT_ALL, 4, MINT_BADGE);
	struct irq_bind_result bound = {0};
	struct message m;

	open_edu();
	EXPECT(OK, irq_narrow_to(ROOT_IRQ, 50, 1, irq));
	EXPECT(OK, irq_bind(irq, &(struct irq_bind){.notification = n}, &bound));
	EXPECT_U64(FIRST_IRQ + 50, bound.message_data);
	u64 dropped = kit_info->interrupts_dropped;
	set_message((u32)bound.message_data);
	raise_now();
	m = (struct message){.tag = TAG_NONBLOCK};
	EXPECT(OK, ipc(SYS_WAIT, n, &m));
	EXPECT_U64(4, m.badge);
	EXPECT_U64(dropped, kit_info->interrupts_dropped);
	set_message(FIRST_IRQ + 51);
	raise_now();
	m = (struct message){.tag = TAG_NONBLOCK};
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_WAIT, n, &m));
	EXPECT_U64(dropped + 1, kit_info->interrupts_dropped);
	close_edu();
}

static enum microk_status take(cap_t n)
{
	struct message m = {.tag = TAG_NONBLOCK};

	return ipc(SYS_WAIT, n, &m);
}

/* edu's line, as a q35's south bridge routes INTA of devices up to 24 (QEMU's hw/isa/lpc_ich9.c), bound twice. */
static void test_shared_line(void)
{
	cap_t a = kit_slot(), b = kit_slot(),
	      first = kit_mint(kit_make(CAP_NOTIFICATION, 0), RIGHT_ALL, 1, MINT_BADGE),
	      second = kit_mint(kit_make(CAP_NOTIFICATION, 0), RIGHT_ALL, 2, MINT_BADGE);
	struct irq_bind bind = {.notification = first, .flags = 1};

	open_edu();
	edu_use_line();
	EXPECT(OK, irq_narrow_to(ROOT_IRQ, 20 + (edu_function >> 3) % 4, 1, a));
	EXPECT(OK, slot_copy(b, a, RIGHT_ALL));
	bind.requester = edu_function;
	EXPECT(OK, irq_bind(a, &bind, NULL));
	bind.notification = second;
	EXPECT(OK, irq_bind(b, &bind, NULL));
	raise_now();
	EXPECT(OK, take(first));
	EXPECT(OK, take(second));
	edu[EDU_LOWER] = 1;
	EXPECT(OK, irq_ack(a));
	raise_now(); /* b's driver has not acknowledged */
	EXPECT(ERR_WOULD_BLOCK, take(first));
	EXPECT(ERR_WOULD_BLOCK, take(second));
	EXPECT(OK, irq_ack(b));
	EXPECT(OK, take(first));
	EXPECT(OK, take(second));
	/* A driver that ends without acknowledging does not stop the other. */
	edu[EDU_LOWER] = 1;
	EXPECT(OK, irq_ack(a));
	EXPECT(OK, slot_delete(b));
	raise_now();
	EXPECT(OK, take(first));
	EXPECT(ERR_WOULD_BLOCK, take(second));
	edu[EDU_LOWER] = 1;
	EXPECT(OK, irq_unbind(a));
	raise_now();
	EXPECT(ERR_WOULD_BLOCK, take(first));
	edu[EDU_LOWER] = 1;
	close_edu();
}

/* ---- from outside: tests/test_interrupts.py sends this many NMIs or machine checks, in a mode that a word names ---- */

static volatile u32 wrong_answers;

static void answer(u64 ep)
{
	struct message m = {0};

	enum microk_status status = ipc(SYS_RECV, ep, &m);

	/* Until the endpoint ends, with the test: this thread is more urgent than the test and must not spin then. */
	while (status == OK) {
		m.tag = TAG(0, 1);
		m.word[0] = ~m.word[0];
		status = ipc(SYS_REPLY_RECV, ep, &m);
	}
}

static void keep_busy(const char *how, cap_t ep, u64 n)
{
	if (*how == 'i') {
		nap(100000); /* each takes a slot, and corrected errors are looked for every 10 s */
	} else if (*how == 'c') {
		struct message m = {.tag = TAG(0, 1), .word = {n}};

		wrong_answers += ipc(SYS_CALL, ep, &m) != OK || m.word[0] != ~n;
	}
}

static void test_outside(void)
{
	u64 wanted = command_number("until=", 0);
	const char *how = command_line_find(kit_info->command_line, "mode=");
	cap_t ep = kit_make(CAP_ENDPOINT, 0);

	if (!wanted)
		return;
	kit_thread_apart(answer, ep, KIT_PRIORITY + 1);
	kit_report("READY");
	for (u64 n = 0, seen = 0; seen < wanted; n++) {
		keep_busy(how ? how : "user", ep, n);
		if (seen == kit_info->nmis + kit_info->machine_checks)
			continue;
		seen = kit_info->nmis + kit_info->machine_checks;
		kit_report("SEEN %lu", seen);
	}
	nap(100000); /* no other thread runs now, so the kernel shows its reports */
	EXPECT_U64(0, wrong_answers);
}

/* Runs one instruction for ever. The test finds it by this function's name, and stops the machine there. */
static void spin(u64 unused)
{
	(void)unused;
	__asm__ volatile(".globl poisoned_here\npoisoned_here: jmp poisoned_here");
	__builtin_unreachable();
}

/* A machine check that concerns what runs in user mode is that thread's fault. */
static void test_poisoned(void)
{
	if (!command_line_has(kit_info->command_line, "poisoned"))
		return;
	cap_t faults = kit_make(CAP_ENDPOINT, 0);
	struct kit_thread t = kit_thread(spin, 0, KIT_PRIORITY - 10);
	struct message m = {0};

	give_fault_endpoint(t.thread, faults);
	kit_report("READY");
	EXPECT(OK, ipc(SYS_RECV, faults, &m));
	EXPECT_U64(18, m.word[FAULT_VECTOR]);
	EXPECT_U64(1, kit_info->machine_checks);
}

static const struct kit_test tests[] = {
	{"any_vector_in_user_mode", test_any_vector_in_user_mode},
	{"any_vector_in_idle", test_any_vector_in_idle},
	{"some_vectors_in_kernel", test_some_vectors_in_kernel},
	{"other_delivery_modes", test_other_delivery_modes},
	{"bound", test_bound},
	{"shared_line", test_shared_line},
	{"outside", test_outside},
	{"poisoned", test_poisoned},
};

int main(void)
{
	kit_main(tests, ARRAY_LEN(tests));
}
