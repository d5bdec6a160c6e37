/* Ports and interrupts as capabilities; the PIT (channel 0, line 0) is the live source. */
#include "tests/guest/kit/clock.h"
#include "tests/guest/kit/short.h"
#include "tests/guest/kernel/tests.h"

#define MESSAGE_IS_REMAPPED 0x10 /* VT-d, 5.1.2.2: the format of the address */
#define SCRATCH 0x3ff /* COM1's scratch register: keeps what is written (16550 datasheet) */
#define PIT_CHANNEL 0x40
#define PIT_COMMAND 0x43
#define PIT_HZ 1193182
#define LEVEL 1
#define ACTIVE_LOW 2
#define AS_FIRMWARE_SAYS 4

void test_ports(void)
{
	cap_t com = kit_slot(), free = kit_slot(), weak, one = kit_slot();
	const struct ioport_narrow into_nothing = {SCRATCH, 1, .cnode = free, .index = 1};
	struct ioport_in_result in = {0};

	EXPECT(OK, ioport_narrow_to(ROOT_IOPORT, SCRATCH - 7, 8, com));
	EXPECT(OK, ioport_write(com, SCRATCH, 1, 0xa7));
	EXPECT(OK, ioport_in(com, &(struct ioport_in){.port = SCRATCH, .bytes = 1}, &in));
	EXPECT_U64(0xa7, in.value);
	EXPECT(ERR_RANGE, ioport_read(com, SCRATCH + 1, 1));
	EXPECT(ERR_RANGE, ioport_read(com, SCRATCH, 2));
	EXPECT(ERR_RANGE, ioport_read(com, SCRATCH - 2, 4));
	EXPECT(ERR_RANGE, ioport_read(com, SCRATCH - 8, 1));
	EXPECT(ERR_RANGE, ioport_write(com, 0xf4, 1, 99));
	EXPECT(ERR_RANGE, ioport_read(com, 0x10000 + SCRATCH, 1));
	EXPECT(ERR_RANGE, ioport_read(com, ~0ul, 1));
	EXPECT(ERR_RANGE, ioport_read(ROOT_IOPORT, 0xffff, 2));
	EXPECT(ERR_RANGE, ioport_read(ROOT_IOPORT, 0x10000, 1));
	EXPECT(ERR_ARG, ioport_read(com, SCRATCH, 0));
	EXPECT(ERR_ARG, ioport_read(com, SCRATCH, 3));
	EXPECT(ERR_ARG, ioport_write(com, SCRATCH, 8, 0));
	weak = copy_of(com, RIGHT_READ);
	EXPECT(OK, ioport_read(weak, SCRATCH, 1));
	EXPECT(ERR_RIGHTS, ioport_write(weak, SCRATCH, 1, 1));
	EXPECT(ERR_RIGHTS, ioport_narrow_to(weak, SCRATCH, 1, free));
	EXPECT(ERR_RIGHTS, ioport_read(copy_of(com, RIGHT_WRITE), SCRATCH, 1));
	EXPECT(ERR_METHOD, RAW_METHOD(com, 0));
	EXPECT(ERR_METHOD, RAW_METHOD(com, last_method(CAP_IOPORT) + 1u));
	EXPECT(ERR_RANGE, ioport_narrow_to(com, SCRATCH, 0, free));
	EXPECT(ERR_RANGE, ioport_narrow_to(com, SCRATCH, 2, free));
	EXPECT(ERR_RANGE, ioport_narrow_to(com, SCRATCH - 8, 2, free));
	EXPECT(ERR_RANGE, ioport_narrow_to(com, SCRATCH, ~0ul, free));
	EXPECT(ERR_OCCUPIED, ioport_narrow_to(com, SCRATCH, 1, com));
	EXPECT(ERR_RANGE, ioport_narrow_to(com, SCRATCH, 1, 0));
	EXPECT(ERR_CAP, ioport_narrow(com, &into_nothing));
	EXPECT(OK, ioport_narrow_to(com, SCRATCH, 1, one));
	EXPECT_U64(self_of(com), parent_of(one));
	EXPECT(ERR_RANGE, ioport_read(one, SCRATCH - 1, 1));
	EXPECT(OK, slot_revoke(com));
	EXPECT_U64(CAP_NULL, type_of(one));
}

static void pit_start(u32 hz)
{
	u32 count = PIT_HZ / hz;

	EXPECT(OK, ioport_write(ROOT_IOPORT, PIT_COMMAND, 1, 0x34)); /* channel 0, mode 2 */
	EXPECT(OK, ioport_write(ROOT_IOPORT, PIT_CHANNEL, 1, count & 0xff));
	EXPECT(OK, ioport_write(ROOT_IOPORT, PIT_CHANNEL, 1, count >> 8));
}

static cap_t line(u64 number)
{
	cap_t at = kit_slot();

	EXPECT(OK, irq_narrow_to(ROOT_IRQ, number, 1, at));
	return at;
}

static void pause_ms(u64 ms)
{
	u64 end = now() + kit_info->tsc_hz / 1000 * ms;

	while (now() < end)
		;
}

void test_irq_arguments(void)
{
	cap_t plain = kit_make(CAP_NOTIFICATION, 0), n = kit_mint(plain, RIGHT_ALL, 1, MINT_BADGE);
	cap_t free = kit_slot(), ep = kit_make(CAP_ENDPOINT, 0), some = kit_slot(), irq = line(150),
	      twin = copy_of(irq, RIGHT_ALL);
	struct irq_bind_result bound = {0};

	EXPECT(ERR_RANGE, irq_narrow_to(ROOT_IRQ, 192, 1, free));
	EXPECT(ERR_RANGE, irq_narrow_to(ROOT_IRQ, 191, 2, free));
	EXPECT(ERR_RANGE, irq_narrow_to(ROOT_IRQ, 1, 0, free));
	EXPECT(ERR_RANGE, irq_narrow_to(ROOT_IRQ, ~0ul, 2, free));
	EXPECT(OK, irq_narrow_to(ROOT_IRQ, 140, 20, some));
	EXPECT(ERR_RANGE, irq_narrow_to(some, 139, 2, free));
	EXPECT(ERR_RANGE, irq_narrow_to(some, 159, 2, free));
	EXPECT(ERR_RANGE, irq_bind_to(some, n, 0));
	EXPECT(ERR_CAP, irq_bind_to(irq, free, 0));
	EXPECT(ERR_TYPE, irq_bind_to(irq, ep, 0));
	EXPECT(ERR_RIGHTS, irq_bind_to(irq, copy_of(n, RIGHT_READ), 0));
	EXPECT(ERR_ARG, irq_bind_to(irq, n, 8));
	EXPECT(ERR_ARG, irq_bind_to(irq, plain, 0)); /* no bit to signal with */
	EXPECT(ERR_RIGHTS, irq_bind_to(copy_of(irq, RIGHT_READ), n, 0));
	EXPECT(ERR_STATE, irq_ack(irq));
	EXPECT(ERR_METHOD, RAW_METHOD(irq, 0));
	EXPECT(ERR_METHOD, RAW_METHOD(irq, last_method(CAP_IRQ) + 1u));
	EXPECT(OK, irq_bind(irq, &(struct irq_bind){.notification = n}, &bound));
	EXPECT_U64(0xfee00000, bound.message_address & 0xfff00000);
	if (bound.message_address & MESSAGE_IS_REMAPPED)
		EXPECT_U64(
			0,
			bound.message_data); /* the entry that the address names has the vector */
	else
		CHECK(bound.message_data >= 0x20 && bound.message_data < 0x100);
	EXPECT(OK, irq_ack(irq));
	EXPECT(ERR_STATE, irq_bind_to(irq, n, 0));
	EXPECT(ERR_STATE, irq_bind_to(twin, n, 0));
	EXPECT(ERR_STATE, irq_ack(twin));
	/* The capability that bound it goes: the other may bind it. */
	EXPECT(OK, slot_delete(irq));
	EXPECT(OK, irq_bind_to(twin, n, 0));
}

/* Line 0 comes in by input 2 on every PC that QEMU makes; so line 2, whose own that would be, must not be bound. */
void test_irq_input_has_one_line(void)
{
	cap_t n = kit_make(CAP_NOTIFICATION, 0), bit = kit_mint(n, RIGHT_WRITE, 1, MINT_BADGE);
	cap_t zero = line(0), two = line(2);
	struct message m = {0};

	EXPECT(OK, irq_bind_to(zero, bit, AS_FIRMWARE_SAYS));
	EXPECT(ERR_RANGE, irq_bind_to(two, bit, AS_FIRMWARE_SAYS));
	pit_start(1000);
	EXPECT(OK, ipc(SYS_WAIT, n, &m));
	EXPECT(OK, irq_ack(zero));
	m.tag = 0;
	EXPECT(OK, ipc(SYS_WAIT, n, &m));
}

void test_irq_is_delivered(void)
{
	cap_t n = kit_make(CAP_NOTIFICATION, 0), bit = kit_mint(n, RIGHT_WRITE, 0x40, MINT_BADGE);
	cap_t irq = line(0);
	struct message m = {0};

	EXPECT(OK, irq_bind_to(irq, bit, AS_FIRMWARE_SAYS));
	pit_start(1000);
	for (u32 i = 0; i < 5; i++) {
		EXPECT(OK, ipc(SYS_WAIT, n, &m));
		EXPECT_U64(0x40, m.badge);
		/* Until the interrupt is acknowledged it does not come again (one may already have been on its way). */
		pause_ms(2);
		m.tag = TAG_NONBLOCK;
		ipc(SYS_WAIT, n, &m);
		pause_ms(3);
		m.tag = TAG_NONBLOCK;
		EXPECT(ERR_WOULD_BLOCK, ipc(SYS_WAIT, n, &m));
		EXPECT(OK, irq_ack(irq));
		m.tag = 0;
	}
	/* Unbound: no more, even though acknowledged just now. */
	EXPECT(OK, slot_delete(irq));
	m.tag = TAG_NONBLOCK;
	ipc(SYS_WAIT, n, &m);
	pause_ms(3);
	m.tag = TAG_NONBLOCK;
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_WAIT, n, &m));
}

static enum microk_status bind_level(cap_t irq, cap_t bit, u64 flags, u64 requester)
{
	return irq_bind(
		irq,
		&(struct irq_bind){.notification = bit, .flags = flags, .requester = requester},
		NULL);
}

/* Line 10 has no device on a q35. It is shared by bindings that agree, up to eight. */
void test_irq_is_shared(void)
{
	cap_t bit = kit_mint(kit_make(CAP_NOTIFICATION, 0), RIGHT_WRITE, 1, MINT_BADGE);
	cap_t edge = line(10), low = line(10), shared[8], ninth = line(10);

	for (u32 i = 0; i < 8; i++) {
		shared[i] = line(10);
		EXPECT(ERR_ARG, bind_level(shared[i], bit, LEVEL, 0x10000));
		EXPECT(OK, bind_level(shared[i], bit, LEVEL, 0x100 + i));
		EXPECT(ERR_STATE, bind_level(shared[i], bit, LEVEL, 0x100 + i));
		EXPECT(ERR_STATE, bind_level(edge, bit, 0, 0));
		EXPECT(ERR_STATE, bind_level(low, bit, LEVEL | ACTIVE_LOW, 0));
	}
	EXPECT(ERR_LIMIT, bind_level(ninth, bit, LEVEL, 0));
	EXPECT_U64(0x103, kit_describe(shared[3]).value);
	EXPECT_U64(0, kit_describe(copy_of(shared[3], RIGHT_ALL)).value);
	EXPECT(ERR_RIGHTS, irq_unbind(copy_of(shared[3], RIGHT_READ)));
	EXPECT(ERR_STATE, irq_unbind(ninth));
	EXPECT(OK, irq_unbind(shared[3]));
	EXPECT(ERR_STATE, irq_unbind(shared[3]));
	EXPECT(ERR_STATE, irq_ack(shared[3]));
	EXPECT_U64(0, kit_describe(shared[3]).value);
	EXPECT(OK, bind_level(ninth, bit, LEVEL, 0));
	for (u32 i = 0; i < 8; i++)
		EXPECT(OK, slot_delete(shared[i]));
	EXPECT(OK, irq_unbind(ninth));
	EXPECT(OK, bind_level(edge, bit, 0, 0));
	EXPECT(ERR_STATE, bind_level(shared[0] = line(10), bit, LEVEL, 0));
}

/* A capability whose binding ended with its Notification must not end another's binding when it is deleted. */
void test_irq_binding_has_one_owner(void)
{
	cap_t first = kit_make(CAP_NOTIFICATION, 0), second = kit_make(CAP_NOTIFICATION, 0);
	cap_t bit = kit_mint(second, RIGHT_WRITE, 2, MINT_BADGE), a = line(0),
	      b = copy_of(a, RIGHT_ALL), one = kit_mint(first, RIGHT_WRITE, 1, MINT_BADGE);
	struct message m = {0};

	EXPECT(OK, irq_bind_to(a, one, AS_FIRMWARE_SAYS));
	EXPECT(OK, slot_revoke(first));
	EXPECT(ERR_STATE, irq_ack(a)); /* its binding is over */
	EXPECT(OK, irq_bind_to(b, bit, AS_FIRMWARE_SAYS));
	EXPECT(ERR_STATE, irq_ack(a)); /* not a's to acknowledge */
	EXPECT(OK, slot_delete(a));
	pit_start(1000);
	EXPECT(OK, ipc(SYS_WAIT, second, &m));
	EXPECT_U64(2, m.badge);
	EXPECT(OK, irq_ack(b));
	m.tag = 0;
	EXPECT(OK, ipc(SYS_WAIT, second, &m));
}
