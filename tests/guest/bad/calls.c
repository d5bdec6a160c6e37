/* Random calls. A call of random words fails at the first check. So each method has a shape, which most calls follow, and
 * from which some differ in places. */
#include "tests/guest/bad/victim.h"
#include "microk/syscall.h"
#include "tests/random.h"

u64 random_state;

static u64 next(void)
{
	return random_word(&random_state);
}

u64 random_below(u64 limit)
{
	return next() % limit;
}

static bool chance(u32 percent)
{
	return random_below(100) < percent;
}

static const u64 nasty[] = {
	~0ul,
	1ul << 63,
	0x7fffffffffffffff,
	0xffff800000000000,
	0xffff800000001000,
	0xffffffff80000000,
	0xffffffff80100000,
	0xfffffe0000000000,
	0xfffffffffffff000,
	1ul << 47,
	(1ul << 47) - 1,
	USER_TOP,
	USER_TOP - PAGE_SIZE,
	USER_TOP + PAGE_SIZE,
	1ul << 32,
	(1ul << 32) + 1,
	1ul << 31,
	0xffffffff,
	1ul << 52,
	1ul << 43,
	0x1000,
	0xfff,
	0x1001,
	0,
	1,
};

bool random_may_pass(u64 value)
{
	for (u32 i = 0; i < sizeof(nasty) / sizeof(nasty[0]); i++)
		if (nasty[i] == value)
			return true;
	return false;
}

static u64 any_word(void)
{
	switch (random_below(4)) {
	case 0: return nasty[random_below(sizeof(nasty) / sizeof(nasty[0]))];
	case 1: return random_below(VICTIM_SLOTS + 8);
	case 2: return 1ul << random_below(48);
	default: return next() & 0x7fffffffffff >> random_below(47);
	}
}

/* A slot that held that type at first; half of them may since hold anything. */
static u64 slot_of(const struct victim *v, u32 type)
{
	u64 start = random_below(VICTIM_FIRST_FREE);

	for (u32 i = 0; i < VICTIM_FIRST_FREE; i++) {
		u64 at = (start + i) % VICTIM_FIRST_FREE;
		if (v->type[at] == type)
			return at;
	}
	return start;
}

static u64 an_address(void)
{
	static const u64 near[] = {VICTIM_CODE, VICTIM_BATCH(0), VICTIM_BATCH(1), VICTIM_ROOM,
				   0x40000000,  0x7f8000000000,  0x200000,        0};

	return near[random_below(8)] + random_below(8) * PAGE_SIZE +
	       (chance(10) ? random_below(PAGE_SIZE) : 0);
}

/*
 * One argument. Slots: s any, f probably free, C E O K G U R: of a type. a address, r rights, t type,
 * m rights to map, o attributes, z size, n small number, q interrupt, p port, w anything.
 */
static u64 argument(const struct victim *v, char kind)
{
	switch (kind) {
	case 's': return random_below(VICTIM_FIRST_FREE + 20);
	case 'f': return VICTIM_FIRST_FREE + random_below(VICTIM_SLOTS - VICTIM_FIRST_FREE);
	case 'C': return slot_of(v, CAP_CNODE);
	case 'E': return chance(30) ? 0 : slot_of(v, CAP_ENDPOINT);
	case 'O': return chance(30) ? 0 : slot_of(v, CAP_NOTIFICATION);
	case 'K': return slot_of(v, CAP_ADDRESS_SPACE);
	case 'G': return chance(30) ? 0 : slot_of(v, CAP_FRAME);
	case 'R': return slot_of(v, CAP_REPLY);
	case 'a': return an_address();
	case 'r': return chance(50) ? RIGHT_ALL : random_below(0x10000);
	case 'm': return chance(90) ? 1 + random_below(3) : random_below(32);
	case 'o': return chance(90) ? random_below(4) : any_word();
	case 't': return random_below(CAP_TYPES + 1);
	case 'z':
		return chance(40)   ? 0
		       : chance(50) ? 1 + random_below(40)
				    : PAGE_SIZE * random_below(20);
	case 'n': return random_below(8);
	case 'q': return 98 + random_below(24);
	case 'p': return 0x2e6 + random_below(12);
	default: return any_word();
	}
}

static const char *const shapes[CAP_TYPES][13] = {
	[CAP_UNTYPED] = {"", "tzCfn", ""},
	[CAP_CNODE] = {"", "fCsr", "fCsrwn", "fCs", "s", "s", "s", "E", "R", "", "", ""},
	[CAP_THREAD] = {"", "CKEGO", "aas", "", "", "", "nn", "ww", "", "", "a", "n"},
	[CAP_ADDRESS_SPACE] = {"", ""},
	[CAP_PAGE_TABLE] = {"", "Kan", ""},
	[CAP_FRAME] = {"", "Kamo", "", ""},
	[CAP_IRQ] = {"", "qnCf", "On", ""},
	[CAP_IOPORT] = {"", "pnCf", "pn", "pnw"},
	[CAP_IOSPACE] = {"", "pnCf", "Gan"},
	[CAP_KERNEL] = {"", "n"},
};

static void method_call(const struct victim *v, struct record *r, u32 type)
{
	u32 labels = 0, length = 0;

	while (labels < 13 && shapes[type][labels])
		labels++;
	u32 label = 1 + (u32)random_below(labels - 1);
	/* Makes calls that end the round less frequent. */
	if (type == CAP_CNODE && (label == CNODE_DELETE || label == CNODE_REVOKE) && chance(60))
		label = CNODE_COPY;
	if (type == CAP_FRAME && label == FRAME_UNMAP && chance(85))
		label = FRAME_MAP;
	for (const char *kind = shapes[type][label]; *kind; kind++)
		r->word[length++] = argument(v, chance(93) ? *kind : 'w');
	if (chance(5))
		length = (u32)random_below(10);
	r->tag = TAG(label, length) | SYS_CALL;
}

void random_call(const struct victim *v, struct record *r)
{
	u32 type;

	for (u32 i = 0; i < 8; i++)
		r->word[i] = any_word();
	r->cap = random_below(VICTIM_FIRST_FREE);
	type = v->type[r->cap];
	if (type == CAP_THREAD && chance(60)) {
		r->cap = random_below(VICTIM_FIRST_FREE);
		type = v->type[r->cap];
	}
	if (chance(3))
		r->cap = any_word();
	if (shapes[type][1] && chance(85)) {
		method_call(v, r, type);
	} else {
		static const u8 suits[2][6] = {
			{SYS_CALL, SYS_CALL, SYS_SEND, SYS_RECV, SYS_REPLY_RECV, SYS_REPLY},
			{SYS_SIGNAL, SYS_WAIT, SYS_WAIT, SYS_SIGNAL, SYS_YIELD, SYS_WAIT}};
		u64 op = suits[type == CAP_NOTIFICATION][random_below(6)];
		if (chance(10))
			op = random_below(SYS_COUNT + 1);
		r->tag = TAG(random_below(16), chance(90) ? random_below(9) : random_below(130)) |
			 op;
		if (chance(20))
			r->tag |= random_below(4) << TAG_CAPS_SHIFT;
		if (chance(20))
			r->tag |= TAG_NONBLOCK;
	}
	if (chance(2))
		r->tag ^= 1ul << random_below(64);
}
