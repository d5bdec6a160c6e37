/* Ports and interrupts as capabilities; the PIT (channel 0, line 0) is the live source. */
#include "tests/guest/kernel/short.h"
#include "tests/guest/kernel/tests.h"

#define SCRATCH 0x3ff /* COM1's scratch register: keeps what is written (16550 datasheet) */
#define PIT_CHANNEL 0x40
#define PIT_COMMAND 0x43
#define PIT_HZ 1193182
#define AS_FIRMWARE_SAYS 4

void test_ports(void)
{
	cap_t com = kit_slot(), free = kit_slot(), weak, one = kit_slot();
	struct message m = {0};

	EXPECT(OK, METHOD(ROOT_IOPORT, IOPORT_NARROW, SCRATCH - 7, 8, ROOT_CNODE, com));
	EXPECT(OK, METHOD(com, IOPORT_OUT, SCRATCH, 1, 0xa7));
	EXPECT(OK, METHOD_RESULT(&m, com, IOPORT_IN, SCRATCH, 1));
	EXPECT_U64(0xa7, m.word[0]);
	EXPECT(ERR_RANGE, METHOD(com, IOPORT_IN, SCRATCH + 1, 1));
	EXPECT(ERR_RANGE, METHOD(com, IOPORT_IN, SCRATCH, 2));
	EXPECT(ERR_RANGE, METHOD(com, IOPORT_IN, SCRATCH - 2, 4));
	EXPECT(ERR_RANGE, METHOD(com, IOPORT_IN, SCRATCH - 8, 1));
	EXPECT(ERR_RANGE, METHOD(com, IOPORT_OUT, 0xf4, 1, 99));
	EXPECT(ERR_RANGE, METHOD(com, IOPORT_IN, 0x10000 + SCRATCH, 1));
	EXPECT(ERR_RANGE, METHOD(com, IOPORT_IN, ~0ul, 1));
	EXPECT(ERR_RANGE, METHOD(ROOT_IOPORT, IOPORT_IN, 0xffff, 2));
	EXPECT(ERR_RANGE, METHOD(ROOT_IOPORT, IOPORT_IN, 0x10000, 1));
	EXPECT(ERR_ARG, METHOD(com, IOPORT_IN, SCRATCH, 0));
	EXPECT(ERR_ARG, METHOD(com, IOPORT_IN, SCRATCH, 3));
	EXPECT(ERR_ARG, METHOD(com, IOPORT_OUT, SCRATCH, 8, 0));
	weak = copy_of(com, RIGHT_READ);
	EXPECT(OK, METHOD(weak, IOPORT_IN, SCRATCH, 1));
	EXPECT(ERR_RIGHTS, METHOD(weak, IOPORT_OUT, SCRATCH, 1, 1));
	EXPECT(ERR_RIGHTS, METHOD(weak, IOPORT_NARROW, SCRATCH, 1, ROOT_CNODE, free));
	EXPECT(ERR_RIGHTS, METHOD(copy_of(com, RIGHT_WRITE), IOPORT_IN, SCRATCH, 1));
	EXPECT(ERR_METHOD, METHOD(com, 0));
	EXPECT(ERR_METHOD, METHOD(com, last_method(CAP_IOPORT) + 1u));
	EXPECT(ERR_RANGE, METHOD(com, IOPORT_NARROW, SCRATCH, 0, ROOT_CNODE, free));
	EXPECT(ERR_RANGE, METHOD(com, IOPORT_NARROW, SCRATCH, 2, ROOT_CNODE, free));
	EXPECT(ERR_RANGE, METHOD(com, IOPORT_NARROW, SCRATCH - 8, 2, ROOT_CNODE, free));
	EXPECT(ERR_RANGE, METHOD(com, IOPORT_NARROW, SCRATCH, ~0ul, ROOT_CNODE, free));
	EXPECT(ERR_OCCUPIED, METHOD(com, IOPORT_NARROW, SCRATCH, 1, ROOT_CNODE, com));
	EXPECT(ERR_RANGE, METHOD(com, IOPORT_NARROW, SCRATCH, 1, ROOT_CNODE, 0));
	EXPECT(ERR_CAP, METHOD(com, IOPORT_NARROW, SCRATCH, 1, free, 1));
	EXPECT(OK, METHOD(com, IOPORT_NARROW, SCRATCH, 1, ROOT_CNODE, one));
	EXPECT_U64(self_of(com), parent_of(one));
	EXPECT(ERR_RANGE, METHOD(one, IOPORT_IN, SCRATCH - 1, 1));
	EXPECT(OK, REVOKE(com));
	EXPECT_U64(CAP_NULL, type_of(one));
}

static void pit_start(u32 hz)
{
	u32 count = PIT_HZ / hz;

	EXPECT(OK, METHOD(ROOT_IOPORT, IOPORT_OUT, PIT_COMMAND, 1, 0x34)); /* channel 0, mode 2 */
	EXPECT(OK, METHOD(ROOT_IOPORT, IOPORT_OUT, PIT_CHANNEL, 1, count & 0xff));
	EXPECT(OK, METHOD(ROOT_IOPORT, IOPORT_OUT, PIT_CHANNEL, 1, count >> 8));
}

static cap_t line(u64 number)
{
	cap_t at = kit_slot();

	EXPECT(OK, METHOD(ROOT_IRQ, IRQ_NARROW, number, 1, ROOT_CNODE, at));
	return at;
}

static u64 now(void)
{
	u32 low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (u64)high << 32 | low;
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
	struct message m = {0};

	EXPECT(ERR_RANGE, METHOD(ROOT_IRQ, IRQ_NARROW, 192, 1, ROOT_CNODE, free));
	EXPECT(ERR_RANGE, METHOD(ROOT_IRQ, IRQ_NARROW, 191, 2, ROOT_CNODE, free));
	EXPECT(ERR_RANGE, METHOD(ROOT_IRQ, IRQ_NARROW, 1, 0, ROOT_CNODE, free));
	EXPECT(ERR_RANGE, METHOD(ROOT_IRQ, IRQ_NARROW, ~0ul, 2, ROOT_CNODE, free));
	EXPECT(OK, METHOD(ROOT_IRQ, IRQ_NARROW, 140, 20, ROOT_CNODE, some));
	EXPECT(ERR_RANGE, METHOD(some, IRQ_NARROW, 139, 2, ROOT_CNODE, free));
	EXPECT(ERR_RANGE, METHOD(some, IRQ_NARROW, 159, 2, ROOT_CNODE, free));
	EXPECT(ERR_RANGE, METHOD(some, IRQ_BIND, n, 0));
	EXPECT(ERR_CAP, METHOD(irq, IRQ_BIND, free, 0));
	EXPECT(ERR_TYPE, METHOD(irq, IRQ_BIND, ep, 0));
	EXPECT(ERR_RIGHTS, METHOD(irq, IRQ_BIND, copy_of(n, RIGHT_READ), 0));
	EXPECT(ERR_ARG, METHOD(irq, IRQ_BIND, n, 8));
	EXPECT(ERR_ARG, METHOD(irq, IRQ_BIND, plain, 0)); /* no bit to signal with */
	EXPECT(ERR_RIGHTS, METHOD(copy_of(irq, RIGHT_READ), IRQ_BIND, n, 0));
	EXPECT(ERR_STATE, METHOD(irq, IRQ_ACK));
	EXPECT(ERR_METHOD, METHOD(irq, 0));
	EXPECT(ERR_METHOD, METHOD(irq, last_method(CAP_IRQ) + 1u));
	EXPECT(OK, METHOD_RESULT(&m, irq, IRQ_BIND, n, 0));
	EXPECT_U64(0xfee00000, m.word[0] & 0xfff00000);
	CHECK(m.word[1] >= 0x20 && m.word[1] < 0x100);
	EXPECT(OK, METHOD(irq, IRQ_ACK));
	EXPECT(ERR_STATE, METHOD(irq, IRQ_BIND, n, 0));
	EXPECT(ERR_STATE, METHOD(twin, IRQ_BIND, n, 0));
	EXPECT(ERR_STATE, METHOD(twin, IRQ_ACK));
	/* The capability that bound it goes: the other may bind it. */
	EXPECT(OK, DELETE(irq));
	EXPECT(OK, METHOD(twin, IRQ_BIND, n, 0));
}

/* Line 0 comes in by input 2 on every PC that QEMU makes; so line 2, whose own that would be, must not be bound. */
void test_irq_input_has_one_line(void)
{
	cap_t n = kit_make(CAP_NOTIFICATION, 0), bit = kit_mint(n, RIGHT_WRITE, 1, MINT_BADGE);
	cap_t zero = line(0), two = line(2);
	struct message m = {0};

	EXPECT(OK, METHOD(zero, IRQ_BIND, bit, AS_FIRMWARE_SAYS));
	EXPECT(ERR_RANGE, METHOD(two, IRQ_BIND, bit, AS_FIRMWARE_SAYS));
	pit_start(1000);
	EXPECT(OK, ipc(SYS_WAIT, n, &m));
	EXPECT(OK, METHOD(zero, IRQ_ACK));
	m.tag = 0;
	EXPECT(OK, ipc(SYS_WAIT, n, &m));
}

void test_irq_is_delivered(void)
{
	cap_t n = kit_make(CAP_NOTIFICATION, 0), bit = kit_mint(n, RIGHT_WRITE, 0x40, MINT_BADGE);
	cap_t irq = line(0);
	struct message m = {0};

	EXPECT(OK, METHOD(irq, IRQ_BIND, bit, AS_FIRMWARE_SAYS));
	pit_start(1000);
	for (u32 i = 0; i < 5; i++) {
		EXPECT(OK, ipc(SYS_WAIT, n, &m));
		EXPECT_U64(0x40, m.badge);
		/* Until it is acknowledged it does not come again (one may have been on its way). */
		pause_ms(2);
		m.tag = TAG_NONBLOCK;
		ipc(SYS_WAIT, n, &m);
		pause_ms(3);
		m.tag = TAG_NONBLOCK;
		EXPECT(ERR_WOULD_BLOCK, ipc(SYS_WAIT, n, &m));
		EXPECT(OK, METHOD(irq, IRQ_ACK));
		m.tag = 0;
	}
	/* Unbound: no more, even though acknowledged just now. */
	EXPECT(OK, DELETE(irq));
	m.tag = TAG_NONBLOCK;
	ipc(SYS_WAIT, n, &m);
	pause_ms(3);
	m.tag = TAG_NONBLOCK;
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_WAIT, n, &m));
}

/* A capability whose binding ended with its Notification must not end another's binding when it goes. */
void test_irq_binding_has_one_owner(void)
{
	cap_t first = kit_make(CAP_NOTIFICATION, 0), second = kit_make(CAP_NOTIFICATION, 0);
	cap_t bit = kit_mint(second, RIGHT_WRITE, 2, MINT_BADGE), a = line(0),
	      b = copy_of(a, RIGHT_ALL), one = kit_mint(first, RIGHT_WRITE, 1, MINT_BADGE);
	struct message m = {0};

	EXPECT(OK, METHOD(a, IRQ_BIND, one, AS_FIRMWARE_SAYS));
	EXPECT(OK, REVOKE(first));
	EXPECT(ERR_STATE, METHOD(a, IRQ_ACK)); /* its binding is over */
	EXPECT(OK, METHOD(b, IRQ_BIND, bit, AS_FIRMWARE_SAYS));
	EXPECT(ERR_STATE, METHOD(a, IRQ_ACK)); /* not a's to acknowledge */
	EXPECT(OK, DELETE(a));
	pit_start(1000);
	EXPECT(OK, ipc(SYS_WAIT, second, &m));
	EXPECT_U64(2, m.badge);
	EXPECT(OK, METHOD(b, IRQ_ACK));
	m.tag = 0;
	EXPECT(OK, ipc(SYS_WAIT, second, &m));
}
