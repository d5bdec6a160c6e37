/*
 * A hostile device behind a VT-d unit: QEMU's edu, which this program drives. It reaches what is mapped for it, and nothing
 * else; it raises its own interrupts, and no others. tests/test_iommu.py reads the kernel's reports of the attempts.
 */
#include "tests/guest/kit/short.h"
#include "tests/guest/kit/edu.h"
#include "lib/microk/memory.h"
#include "lib/microk/start.h"

#define AT 0x10000ul /* a device address */
#define SECRET 0x5ec2e7
#define MARK 0x3a2c

static cap_t iospace, memory;
static u64 levels;

static void open(void)
{
	edu_open();
	memory = sub_untyped(64 * PAGE_SIZE);
	iospace = kit_slot();
	EXPECT(OK, iospace_narrow_to(ROOT_IOSPACE, edu_function, 1, iospace));
}

static void open_with_tables(void)
{
	open();
	levels = give_tables(iospace, memory, AT);
}

/* A page that this program sees, and a capability to be mapped for the device. */
static volatile u64 *page(cap_t *for_device)
{
	cap_t frame = make_of(memory, CAP_FRAME, 1);
	void *at;

	EXPECT(OK, window_map(frame, 1, RIGHT_READ | RIGHT_WRITE, 0, &at));
	*for_device = copy_of(frame, RIGHT_READ | RIGHT_WRITE);
	return at;
}

static void map_for_device(cap_t frame, u64 address, u64 rights)
{
	u64 at = 0;

	EXPECT(OK, iospace_map_at(iospace, frame, address, rights, &at));
	EXPECT_U64(address, at);
}

/* A page with a mark, at AT, that the device has read into its own memory, so that it writes the mark from now on. */
static void load_mark(void)
{
	cap_t frame;
	volatile u64 *at = page(&frame);

	at[0] = MARK;
	map_for_device(frame, AT, RIGHT_READ);
	edu_read(AT, 8);
}

static void test_reaches_what_is_mapped(void)
{
	cap_t frame, other;
	volatile u64 *at, *beside;

	open_with_tables();
	load_mark();
	at = page(&frame);
	beside = page(&other);
	map_for_device(frame, AT + PAGE_SIZE, RIGHT_READ | RIGHT_WRITE);
	edu_write(AT + PAGE_SIZE + 16, 8);
	EXPECT_U64(MARK, at[2]);
	EXPECT_U64(0, at[1] | at[3] | beside[2]);
	edu_close();
}

/* A transfer to a page that the device cannot write. */
static void expect_refused(volatile u64 *at, u64 address)
{
	at[0] = SECRET;
	edu_write(address, 8);
	EXPECT_U64(SECRET, at[0]);
}

static void test_without_tables(void)
{
	u64 unused;

	open();
	EXPECT(ERR_TABLE,
	       iospace_map_at(iospace, make_of(memory, CAP_FRAME, 1), AT, RIGHT_READ, &unused));
	edu_write(0x100000, 8); /* the kernel */
	edu_read(0x100000, 8);
	edu_close();
}

static void test_outside(void)
{
	cap_t frame;
	volatile u64 *at;

	open_with_tables();
	load_mark();
	at = page(&frame);
	map_for_device(frame, AT + PAGE_SIZE, RIGHT_READ | RIGHT_WRITE);
	at[511] = SECRET;
	edu_write(AT + 2 * PAGE_SIZE, 8);
	edu_write(0x100000, 8);
	EXPECT_U64(SECRET, at[511]);
	edu_close();
}

static void test_read_only(void)
{
	cap_t frame;
	volatile u64 *at;

	open_with_tables();
	load_mark();
	at = page(&frame);
	map_for_device(frame, AT + PAGE_SIZE, RIGHT_READ);
	expect_refused(at, AT + PAGE_SIZE);
	edu_close();
}

static volatile u64 *page_that_was_written(cap_t *frame)
{
	volatile u64 *at = page(frame);

	load_mark();
	map_for_device(*frame, AT + PAGE_SIZE, RIGHT_READ | RIGHT_WRITE);
	edu_write(AT + PAGE_SIZE, 8);
	EXPECT_U64(MARK, at[0]);
	return at;
}

static void test_after_unmap(void)
{
	cap_t frame;

	open_with_tables();
	volatile u64 *at = page_that_was_written(&frame);
	EXPECT(OK, frame_unmap(frame));
	expect_refused(at, AT + PAGE_SIZE);
	map_for_device(frame, AT + 2 * PAGE_SIZE, RIGHT_READ | RIGHT_WRITE);
	edu_write(AT + 2 * PAGE_SIZE, 8);
	EXPECT_U64(MARK, at[0]);
	edu_close();
}

static void test_after_delete(void)
{
	cap_t frame;

	open_with_tables();
	volatile u64 *at = page_that_was_written(&frame);
	EXPECT(OK, slot_delete(frame));
	expect_refused(at, AT + PAGE_SIZE);
	edu_close();
}

/* The driver's memory is revoked and made anew: the new owner's pages are where the old ones were. */
static void test_after_revoke(void)
{
	cap_t frame;
	void *at;

	open_with_tables();
	page_that_was_written(&frame);
	EXPECT(OK, slot_revoke(memory));
	cap_t all = make_of(memory, CAP_FRAME, 60);
	EXPECT(OK, window_map(all, 60, RIGHT_READ | RIGHT_WRITE, 0, &at));
	edu_write(AT + PAGE_SIZE, 8);
	for (u64 i = 0; i < 60 * PAGE_SIZE / 8; i++)
		EXPECT_U64(0, ((volatile u64 *)at)[i]);
	edu_close();
}

static void test_after_the_tables_end(void)
{
	cap_t frame, top = kit_slot();

	open();
	EXPECT(OK, retype(memory, CAP_PAGE_TABLE, 0, top, 1));
	enum microk_status status = table_map_at(top, iospace, AT, 4);
	if (status != OK)
		EXPECT(OK, table_map_at(top, iospace, AT, 3));
	give_tables(iospace, memory, AT);
	volatile u64 *at = page_that_was_written(&frame);
	EXPECT(OK, table_unmap(top));
	expect_refused(at, AT + PAGE_SIZE);
	edu_close();
}

static void test_after_the_iospace_ends(void)
{
	cap_t frame, again = kit_slot();
	u64 unused;

	open_with_tables();
	volatile u64 *at = page_that_was_written(&frame);
	EXPECT(OK, slot_copy(again, iospace, RIGHT_ALL));
	EXPECT(OK, slot_delete(iospace));
	expect_refused(at, AT + PAGE_SIZE);
	EXPECT(OK, frame_unmap(frame));
	EXPECT(ERR_TABLE, iospace_map_at(again, frame, AT + PAGE_SIZE, RIGHT_READ, &unused));
	give_tables(again, memory, AT);
	iospace = again;
	map_for_device(frame, AT + PAGE_SIZE, RIGHT_READ | RIGHT_WRITE);
	edu_close();
}

/* A storm of refused accesses: the log has the first ones. */
static void test_storm(void)
{
	open();
	for (u32 i = 0; i < 12; i++)
		edu_write(0x200000 + i * PAGE_SIZE, 8);
	edu_close();
}

static enum microk_status take(cap_t n)
{
	struct message m = {.tag = TAG_NONBLOCK};

	return ipc(SYS_WAIT, n, &m);
}

static cap_t badged(u64 badge)
{
	return kit_mint(kit_make(CAP_NOTIFICATION, 0), RIGHT_ALL, badge, MINT_BADGE);
}

/* edu raises its message, and it reaches no Notification and no vector. The unit's own report of the refusal may interrupt. */
static void expect_no_interrupt(cap_t first, cap_t second)
{
	u64 dropped = kit_info->interrupts_dropped;

	edu[EDU_RAISE] = 1;
	EXPECT(ERR_WOULD_BLOCK, take(first));
	EXPECT(ERR_WOULD_BLOCK, take(second));
	EXPECT_U64(dropped, kit_info->interrupts_dropped);
}

static void test_interrupts(void)
{
	cap_t own = kit_slot(), others = kit_slot(), first = badged(1), second = badged(2);
	struct irq_bind_result mine = {0}, theirs = {0};

	open();
	EXPECT(OK, irq_narrow_to(ROOT_IRQ, 50, 1, own));
	EXPECT(OK, irq_narrow_to(ROOT_IRQ, 51, 1, others));
	EXPECT(OK,
	       irq_bind(own, &(struct irq_bind){.notification = first, .requester = edu_function},
			&mine));
	EXPECT(OK,
	       irq_bind(others, &(struct irq_bind){.notification = second, .requester = 31 << 3},
			&theirs));
	edu_set_message(mine.message_address, (u32)mine.message_data);
	edu[EDU_RAISE] = 1;
	EXPECT(OK, take(first));
	edu_set_message(theirs.message_address, (u32)theirs.message_data);
	edu[EDU_RAISE] = 1;
	EXPECT(ERR_WOULD_BLOCK, take(second));
	/* Nor one that is not bound, or not any more. */
	edu_set_message(mine.message_address, 2);
	expect_no_interrupt(first, second);
	edu_set_message(mine.message_address, (u32)mine.message_data);
	EXPECT(OK, irq_unbind(own));
	expect_no_interrupt(first, second);
	edu_close();
}

/* A storm of its own message: two pass for each acknowledgement, none of which is reported, and none is lost. */
static void test_message_storm(void)
{
	cap_t own = kit_slot(), n = badged(1);
	struct irq_bind_result message = {0};

	open();
	EXPECT(OK, irq_narrow_to(ROOT_IRQ, 50, 1, own));
	EXPECT(OK, irq_bind(own, &(struct irq_bind){.notification = n, .requester = edu_function},
			    &message));
	edu_set_message(message.message_address, (u32)message.message_data);
	for (u32 round = 0; round < 3; round++) {
		u64 interrupts = kit_info->interrupts;

		for (u32 i = 0; i < 100; i++)
			edu[EDU_RAISE] = 1;
		EXPECT_U64(interrupts + 2, kit_info->interrupts);
		EXPECT(OK, take(n));
		EXPECT(ERR_WOULD_BLOCK, take(n));
		EXPECT(OK, irq_ack(own));
		EXPECT(OK, take(n)); /* for those that did not pass */
	}
	/* A driver that keeps up with its device gets each message. */
	for (u32 i = 0; i < 3; i++) {
		u64 interrupts = kit_info->interrupts;

		edu[EDU_RAISE] = 1;
		EXPECT_U64(interrupts + 1, kit_info->interrupts);
		EXPECT(OK, take(n));
		EXPECT(OK, irq_ack(own));
		EXPECT(ERR_WOULD_BLOCK, take(n));
	}
	/* A new binding begins anew. */
	edu[EDU_RAISE] = 1;
	edu[EDU_RAISE] = 1;
	EXPECT(OK, irq_unbind(own));
	EXPECT(OK, take(n));
	EXPECT(OK, irq_bind(own, &(struct irq_bind){.notification = n, .requester = edu_function},
			    &message));
	edu[EDU_RAISE] = 1;
	EXPECT(OK, take(n));
	edu_close();
}

/* edu's line, as a q35's south bridge routes INTA of devices up to 24 (QEMU's hw/isa/lpc_ich9.c). */
static void test_line(void)
{
	cap_t irq = kit_slot(), n = badged(1);

	open();
	edu_use_line();
	EXPECT(OK, irq_narrow_to(ROOT_IRQ, 20 + (edu_function >> 3) % 4, 1, irq));
	EXPECT(OK, irq_bind_to(irq, n, 1));
	for (u32 i = 0; i < 3; i++) {
		edu[EDU_RAISE] = 1;
		EXPECT(OK, take(n));
		edu[EDU_LOWER] = 1;
		EXPECT(OK, irq_ack(irq));
		EXPECT(ERR_WOULD_BLOCK, take(n));
	}
	edu_close();
}

/* Runs of pages, errors, and a mapping that meets an obstacle. */
static void test_runs(void)
{
	cap_t frame, wide;
	u64 at = 0;

	open_with_tables();
	load_mark();
	wide = make_of(memory, CAP_FRAME, 20);
	page(&frame);
	map_for_device(frame, AT + 30 * PAGE_SIZE, RIGHT_READ | RIGHT_WRITE);
	EXPECT(ERR_OCCUPIED,
	       iospace_map_at(iospace, wide, AT + 15 * PAGE_SIZE, RIGHT_READ | RIGHT_WRITE, &at));
	EXPECT(ERR_TABLE, iospace_map_at(iospace, wide, 0x1fe000, RIGHT_READ, &at));
	EXPECT(OK,
	       iospace_map_at(iospace, wide, AT + 40 * PAGE_SIZE, RIGHT_READ | RIGHT_WRITE, &at));
	for (u64 i = 0; i < 20; i += 19)
		edu_write(AT + (40 + i) * PAGE_SIZE, 8);
	EXPECT(OK, frame_unmap(wide));
	void *seen;
	EXPECT(OK, window_map(wide, 20, RIGHT_READ | RIGHT_WRITE, 0, &seen));
	EXPECT_U64(MARK, ((u64 *)seen)[0]);
	EXPECT_U64(MARK, ((u64 *)seen)[19 * PAGE_SIZE / 8]);
	edu_write(AT + 40 * PAGE_SIZE, 8);
	edu_close();
}

static void test_errors(void)
{
	cap_t frame, device = kit_slot();
	u64 at = 0;

	open_with_tables();
	page(&frame);
	EXPECT(ERR_ALIGN, iospace_map_at(iospace, frame, AT + 8, RIGHT_READ, &at));
	EXPECT(ERR_RANGE, iospace_map_at(iospace, frame, 1ul << 60, RIGHT_READ, &at));
	EXPECT(ERR_RANGE, iospace_map_at(iospace, frame, 0xfee00000, RIGHT_READ, &at));
	EXPECT(ERR_RANGE, iospace_map_at(ROOT_IOSPACE, frame, AT, RIGHT_READ, &at));
	EXPECT(ERR_RIGHTS, iospace_map_at(iospace, frame, AT, RIGHT_WRITE, &at));
	EXPECT(ERR_RIGHTS, iospace_map_at(iospace, frame, AT, RIGHT_READ | RIGHT_EXEC, &at));
	EXPECT(OK, retype(ROOT_DEVICE, CAP_FRAME, 1, device, 1));
	EXPECT(ERR_TYPE, iospace_map_at(iospace, device, AT, RIGHT_READ, &at));
	cap_t table = make_of(memory, CAP_PAGE_TABLE, 0);
	EXPECT(ERR_OCCUPIED, table_map_at(table, iospace, 0, levels));
	EXPECT(ERR_RANGE, table_map_at(table, iospace, 1ul << 60, 1));
	EXPECT(ERR_RANGE, table_map_at(table, ROOT_IOSPACE, 0, levels));
	EXPECT(ERR_ARG, table_map_at(table, iospace, 0, 0));
	EXPECT(ERR_ARG, table_map_at(table, iospace, 0, levels + 1));
	EXPECT(ERR_TABLE, table_map_at(table, iospace, 0x40000000, 1));
	edu_close();
}

static const struct kit_test tests[] = {
	{"reaches_what_is_mapped", test_reaches_what_is_mapped},
	{"without_tables", test_without_tables},
	{"outside", test_outside},
	{"read_only", test_read_only},
	{"after_unmap", test_after_unmap},
	{"after_delete", test_after_delete},
	{"after_revoke", test_after_revoke},
	{"after_the_tables_end", test_after_the_tables_end},
	{"after_the_iospace_ends", test_after_the_iospace_ends},
	{"storm", test_storm},
	{"interrupts", test_interrupts},
	{"message_storm", test_message_storm},
	{"line", test_line},
	{"runs", test_runs},
	{"errors", test_errors},
};

int main(void)
{
	kit_main(tests, ARRAY_LEN(tests));
}
