/* A fault's handler answers with registers, and the thread goes on with them. */
#include "tests/guest/kit/short.h"
#include "tests/guest/kernel/tests.h"
#include "lib/microk/string.h"

#define URGENT (KIT_PRIORITY + 1) /* runs until it waits before the test goes on */
#define STEP 0x100ul
#define CHOICE 0x250dd5ul
#define ALWAYS 0x202ul
#define DEBUG 1
#define UNDEFINED 6
#define GENERAL 15

extern u64 answer_seen[GENERAL + 1];
u64 answer_seen[GENERAL + 1];
static u64 stack[64];
extern char answer_trap[], answer_store[], answer_second[], answer_end[];

__asm__(".text\n"
	"answer_trap: ud2\n"
	"answer_store: movq %rax, answer_seen\n"
	"answer_second: movq %rbx, answer_seen+8; movq %rcx, answer_seen+16; movq %rdx, "
	"answer_seen+24\n"
	"	movq %rsi, answer_seen+32; movq %rdi, answer_seen+40; movq %rbp, answer_seen+48; "
	"movq %r8, answer_seen+56\n"
	"	movq %r9, answer_seen+64; movq %r10, answer_seen+72; movq %r11, answer_seen+80; "
	"movq %r12, answer_seen+88\n"
	"	movq %r13, answer_seen+96; movq %r14, answer_seen+104; movq %r15, answer_seen+112; "
	"movq %rsp, answer_seen+120\n"
	"answer_end: ud2\n");

static struct kit_thread trapped(cap_t faults)
{
	struct kit_thread t = kit_thread((void (*)(u64))(u64)answer_trap, 0x1234, KIT_PRIORITY - 1);

	give_fault_endpoint(t.thread, faults);
	EXPECT(OK, thread_set_priority(t.thread, URGENT));
	return t;
}

/* The report, in *m and the IPC buffer. */
static void take(cap_t faults, struct message *m, u64 vector, const char *ip)
{
	m->tag = TAG_NONBLOCK;
	EXPECT(OK, ipc(SYS_RECV, faults, m));
	EXPECT_U64(FAULT_WORDS, TAG_LENGTH(m->tag));
	EXPECT_U64(vector, m->word[FAULT_VECTOR]);
	EXPECT_U64((u64)ip, m->word[FAULT_IP]);
}

static enum microk_status answer(struct message m, u32 words)
{
	m.tag = TAG(FAULT_RETRY, words);
	return ipc(SYS_REPLY, 0, &m);
}

static u64 value(u32 i)
{
	return 0x0123456700000000ul * (i + 1) + i;
}

static void expect_values(const u64 *words)
{
	for (u32 i = 0; i < GENERAL; i++)
		EXPECT_U64(value(i), words[i]);
}

void test_answer_sets_registers(void)
{
	cap_t faults = kit_make(CAP_ENDPOINT, 0);
	struct message m = {0};

	trapped(faults);
	take(faults, &m, UNDEFINED, answer_trap);
	m.word[FAULT_IP] = (u64)answer_store;
	m.word[FAULT_SP] = (u64)(stack + 64);
	for (u32 i = 0; i < GENERAL; i++)
		ipc_buffer->words[FAULT_REGS + i] = value(i);
	EXPECT(OK, answer(m, FAULT_WORDS));
	take(faults, &m, UNDEFINED, answer_end);
	expect_values(answer_seen);
	expect_values(&ipc_buffer->words[FAULT_REGS]);
	EXPECT_U64((u64)(stack + 64), answer_seen[GENERAL]);
	/* Three of them: the others stay, whatever the buffer has. One step. */
	m.word[FAULT_IP] = (u64)answer_store;
	m.word[FAULT_SP] = (u64)(stack + 32);
	m.word[FAULT_FLAGS] |= STEP;
	for (u32 i = 0; i < GENERAL; i++)
		ipc_buffer->words[FAULT_REGS + i] = answer_seen[i] = 0;
	EXPECT(OK, answer(m, FAULT_FEW));
	take(faults, &m, DEBUG, answer_second);
	CHECK(m.word[FAULT_FLAGS] & STEP);
	EXPECT_U64((u64)(stack + 32), m.word[FAULT_SP]);
	/* The report itself is the answer: nothing changes but the step. */
	m.word[FAULT_FLAGS] &= ~STEP;
	EXPECT(OK, answer(m, FAULT_WORDS));
	take(faults, &m, UNDEFINED, answer_end);
	expect_values(answer_seen);
	EXPECT_U64((u64)(stack + 32), answer_seen[GENERAL]);
}

/* Lengths of which nothing is taken: the thread tries again. */
static void answers_that_set_nothing(cap_t faults, const char *ip)
{
	static const u32 lengths[] = {0, 1, 5, 7, 8};
	struct message m = {0}, other;

	for (u32 i = 0; i < ARRAY_LEN(lengths); i++) {
		take(faults, &m, UNDEFINED, ip);
		memset(&other, 0x55, sizeof(other));
		EXPECT(OK, answer(other, lengths[i]));
	}
}

void test_answer_is_refused(void)
{
	static const u64 bad[] = {USER_TOP, 1ul << 47, 0xffff800000000000, ~0ul};
	static const u32 lengths[] = {9, 22, 24, MSG_WORDS};
	cap_t faults = kit_make(CAP_ENDPOINT, 0), reply = kit_make(CAP_REPLY, 0);
	struct kit_thread t = trapped(faults);
	struct message m = {0};

	answers_that_set_nothing(faults, answer_trap);
	take(faults, &m, UNDEFINED, answer_trap);
	for (u32 i = 0; i < ARRAY_LEN(lengths); i++)
		EXPECT(ERR_LENGTH, answer(m, lengths[i]));
	for (u32 i = 0; i < ARRAY_LEN(bad); i++) {
		m.word[FAULT_IP] = bad[i];
		EXPECT(ERR_RANGE, answer(m, FAULT_FEW));
		EXPECT(ERR_RANGE, answer(m, FAULT_WORDS));
	}
	EXPECT_U64(THREAD_FAULTED, kit_state(t));
	/* It is still owed, and can be given through a Reply object. */
	EXPECT(OK, cnode_save_caller(ROOT_CNODE, reply));
	m.tag = TAG(FAULT_RETRY, FAULT_FEW);
	EXPECT(ERR_RANGE, ipc(SYS_SEND, reply, &m));
	EXPECT_U64(THREAD_FAULTED, kit_state(t));
	/* None of the kernel's flags is taken. */
	m.word[FAULT_IP] = (u64)answer_end;
	m.word[FAULT_FLAGS] = ~STEP;
	m.tag = TAG(FAULT_RETRY, FAULT_FEW);
	EXPECT(OK, ipc(SYS_SEND, reply, &m));
	take(faults, &m, UNDEFINED, answer_end);
	EXPECT_U64((CHOICE & ~STEP) | ALWAYS,
		   m.word[FAULT_FLAGS] | 0x10000); /* RF: the processor may have cleared it */
	/* With another label nothing is taken, and the thread stays stopped. */
	m.word[FAULT_IP] = (u64)answer_store;
	m.tag = TAG(FAULT_STAYS, FAULT_FEW);
	EXPECT(OK, ipc(SYS_REPLY, 0, &m));
	EXPECT_U64(THREAD_STOPPED, kit_state(t));
	struct thread_info_result info = {0};
	EXPECT(OK, thread_info(t.thread, &info));
	EXPECT_U64((u64)answer_end, info.ip);
}
