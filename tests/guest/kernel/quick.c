/* Copy, mint and delete by the short way (kernel/cap/cnode_quick.c), and the cases that must leave it. */
#include "tests/guest/kernel/tests.h"
#include "tests/guest/kit/kit.h"
#include "tests/guest/kit/short.h"

#define SERVER (KIT_PRIORITY + 1)
#define FILLED 0x5a5a5a5a5a5a5a5aul
#define CARRY 1ul

struct after {
	u64 status, words[9]; /* rdi, and the registers of the words */
	u64 kept[3];          /* rbp, r14, r15 */
	u64 flags;
};

/* A method of one word, with FILLED in all registers that the call does not use, and the carry flag set. */
void call_filled(u64 tag, cap_t cap, u64 word, struct after *after);
__asm__(".text\n"
	"call_filled:\n"
	"	push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15; push %rcx\n"
	"	mov %rdi, %rax; mov %rsi, %rdi; mov %rdx, %rsi\n"
	"	movabs $0x5a5a5a5a5a5a5a5a, %rdx\n"
	"	.irp r, r8, r9, r10, rbx, r12, r13, rbp, r14, r15\n"
	"	mov %rdx, %\\r\n"
	"	.endr\n"
	"	stc\n"
	"	syscall\n"
	"	pushf; pop %r11; pop %rcx\n"
	"	mov %rax, (%rcx)\n"
	"	.set at, 8\n"
	"	.irp r, rdi, rsi, rdx, r8, r9, r10, rbx, r12, r13, rbp, r14, r15, r11\n"
	"	mov %\\r, at(%rcx)\n"
	"	.set at, at + 8\n"
	"	.endr\n"
	"	pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
	"	ret\n");

static void delete_filled(cap_t cap)
{
	struct after after;

	call_filled(TAG(CNODE_DELETE, 1), ROOT_CNODE, cap, &after);
	EXPECT_U64(OK, after.status);
	EXPECT_U64(CAP_NULL, type_of(cap));
	for (u32 i = 0; i < 9; i++)
		CHECK(after.words[i] == 0 || after.words[i] == FILLED || after.words[i] == cap ||
		      after.words[i] == ROOT_CNODE);
	for (u32 i = 0; i < 3; i++)
		EXPECT_U64(FILLED, after.kept[i]);
	CHECK(after.flags & CARRY);
}

void test_methods_keep_registers(void)
{
	cap_t last = kit_make(CAP_ENDPOINT, 0);

	delete_filled(kit_mint(last, RIGHT_ALL, 0, 0));
	delete_filled(last); /* the general way: an object ends */
}

static volatile enum microk_status sent;
static void send_once(u64 cap)
{
	sent = ipc(SYS_SEND, cap, &(struct message){0});
}

void test_delete_turns_away_its_senders(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0), given = kit_mint(ep, RIGHT_WRITE, 5, MINT_BADGE);
	struct kit_thread t = kit_thread(send_once, given, SERVER);

	KIT_UNTIL(kit_state(t) == THREAD_SENDING);
	EXPECT(OK, slot_delete(given));
	KIT_UNTIL(kit_state(t) == THREAD_STOPPED);
	EXPECT(ERR_GONE, sent);
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, ep, &(struct message){.tag = TAG_NONBLOCK}));
}

static volatile u64 closed_badge, wrong;
static void receive_closed(u64 ep)
{
	struct message m = {.tag = 0};

	for (u32 i = 0; i < MSG_REGS; i++)
		m.word[i] = FILLED;
	wrong += ipc(SYS_RECV, ep, &m) != ST_CLOSED;
	for (u32 i = 0; i < MSG_REGS; i++)
		wrong += m.word[i] != 0 && m.word[i] != FILLED;
	closed_badge = m.badge;
}

/* The server runs before the delete returns, with registers of its own. */
void test_closed_wakes_an_urgent_server(void)
{
	cap_t ep = kit_make(CAP_ENDPOINT, 0),
	      file = kit_mint(ep, RIGHT_WRITE, 77, MINT_BADGE | MINT_WATCH);
	cap_t client = kit_mint(file, RIGHT_ALL, 0, 0);
	struct kit_thread t = kit_thread(receive_closed, ep, SERVER);

	KIT_UNTIL(kit_state(t) == THREAD_RECEIVING);
	closed_badge = wrong = 0;
	delete_filled(client);
	EXPECT_U64(77, closed_badge);
	EXPECT_U64(0, wrong);
}
