/* A message does not outlive the right to send it: a message in an endpoint's queue ends with the capability it was sent
 * through. */
#include "tests/guest/sealed/sealed.h"

#define MANY 300
#define LABEL 77

static cap_t gift;
static struct ipcbuf *sender_buffer;
static volatile enum microk_status result[MANY];
static volatile u32 ended;

static void send_gift(u64 slot)
{
	struct message m = {.tag = TAG(LABEL, 0) | 1ul << TAG_CAPS_SHIFT};

	sender_buffer->send_caps[0] = (u32)gift;
	result[0] = ipc(SYS_SEND, slot, &m);
	ended++;
}

static void call(u64 slot)
{
	struct message m = {.tag = TAG(LABEL, 0)};
	enum microk_status s = ipc(SYS_CALL, slot, &m);

	result[ended++] = s;
}

/* A client's capability, as a server mints it, and the client's own copy; its thread waits to send through that. */
static cap_t ep, master, held;
static struct kit_thread client;

static void begin_client(void (*entry)(u64))
{
	ended = 0;
	for (u32 i = 0; i < MANY; i++)
		result[i] = OK;
	ep = kit_make(CAP_ENDPOINT, 0);
	master = kit_mint(ep, RIGHT_WRITE | RIGHT_GRANT, 5, MINT_BADGE | MINT_WATCH);
	held = copy_of(master, RIGHT_ALL);
	gift = kit_make(CAP_NOTIFICATION, 0);
	client = kit_thread(entry, held, KIT_PRIORITY - 1);
	sender_buffer = client.buffer;
	nap(200);
	EXPECT_U64(THREAD_SENDING, kit_state(client));
}

/* The client is gone, and its call ended with an error; ST_CLOSED is the last message with its badge. */
static void expect_silence(void)
{
	cap_t dest = kit_slot();
	struct message m = {.tag = TAG_NONBLOCK};

	ipc_buffer->recv_caps[0] = (u32)dest;
	EXPECT(ST_CLOSED, ipc(SYS_RECV, ep, &m));
	EXPECT_U64(5, m.badge);
	m.tag = TAG_NONBLOCK;
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, ep, &m));
	EXPECT_U64(CAP_NULL, type_of(dest));
	ipc_buffer->recv_caps[0] = 0;
	nap(200);
	EXPECT_U64(1, ended);
	EXPECT(ERR_GONE, result[0]);
}

void test_revoked_while_it_waits(void)
{
	begin_client(send_gift);
	EXPECT(OK, slot_revoke(master));
	EXPECT_U64(CAP_NULL, type_of(held));
	expect_silence();
}

void test_deleted_while_it_waits(void)
{
	begin_client(call);
	EXPECT(OK, slot_delete(held));
	expect_silence();
}

/* The place of the capability does not matter: the message stays exactly as long as the capability. */
void test_moved_while_it_waits(void)
{
	struct message m = {.tag = TAG_NONBLOCK};
	cap_t to = kit_slot(), table = kit_make(CAP_CNODE, CNODE_MIN_SLOTS);

	begin_client(call);
	EXPECT(OK, slot_move(to, held));
	EXPECT_U64(THREAD_SENDING, kit_state(client));
	EXPECT(OK, ipc(SYS_RECV, ep, &m));
	EXPECT_U64(LABEL, TAG_LABEL(m.tag));
	m.tag = TAG(0, 0);
	EXPECT(OK, ipc(SYS_REPLY, 0, &m));
	nap(200);
	EXPECT_U64(1, ended);
	/* Into a CNode that dies. */
	begin_client(call);
	EXPECT(OK, slot_move_to(table, 3, held));
	EXPECT(OK, slot_delete(table));
	expect_silence();
}

/* Many threads wait through one capability: each is turned away, in steps that let others run. */
void test_many_wait_through_one(void)
{
	cap_t other;
	struct kit_thread bystander;
	struct message m = {.tag = TAG_NONBLOCK};

	begin_client(call);
	other = copy_of(master, RIGHT_ALL);
	for (u32 i = 1; i < MANY / 2; i++)
		kit_thread(call, held, KIT_PRIORITY - 1);
	bystander = kit_thread(call, other, KIT_PRIORITY - 1);
	nap(5000);
	EXPECT_U64(THREAD_SENDING, kit_state(bystander));
	EXPECT_U64(0, ended);
	EXPECT(OK, slot_delete(held));
	nap(5000);
	EXPECT_U64(MANY / 2, ended);
	for (u32 i = 0; i < MANY / 2; i++)
		EXPECT(ERR_GONE, result[i]);
	/* The message can still be sent through the other capability. */
	EXPECT_U64(THREAD_SENDING, kit_state(bystander));
	EXPECT(OK, ipc(SYS_RECV, ep, &m));
	EXPECT_U64(LABEL, TAG_LABEL(m.tag));
	m.tag = TAG(0, 0);
	EXPECT(OK, ipc(SYS_REPLY, 0, &m));
}

static void fault(u64 a)
{
	(void)a;
	__asm__ volatile("ud2");
}

/* A report that waits for its handler is sent through the thread's own capability, which is a child like any other. */
void test_fault_report_is_withdrawn(void)
{
	struct message m = {.tag = TAG_NONBLOCK};

	ep = kit_make(CAP_ENDPOINT, 0);
	master = kit_mint(ep, RIGHT_WRITE, 9, MINT_BADGE);
	client = kit_thread(fault, 0, KIT_PRIORITY - 1);
	give_fault_endpoint(client.thread, master);
	nap(200);
	EXPECT_U64(THREAD_SENDING, kit_state(client));
	EXPECT(OK, slot_revoke(master));
	EXPECT_U64(THREAD_STOPPED, kit_state(client));
	EXPECT(ERR_WOULD_BLOCK, ipc(SYS_RECV, ep, &m));
}
