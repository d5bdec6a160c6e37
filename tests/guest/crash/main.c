/*
 * A program that does one of the things below, named by its arguments, and mostly does not survive it: for
 * tests of init's reaction. Its findings go to its serial line, if it has one.
 */
#include "gen/protocols/file_protocol.h"
#include "gen/protocols/inspect_client.h"
#include "gen/protocols/supervise_client.h"
#include "gen/lib/microk/methods.h"
#include "microk/cap.h"
#include "microk/ipcbuf.h"
#include "microk/trace.h"
#include "lib/microk/ipc.h"
#include "lib/microk/memory.h"
#include "lib/microk/print.h"
#include "lib/microk/startup.h"
#include "lib/microk/stub.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"

#define PEER "peer"

int main(void);

__attribute__((noinline)) static int go_deep(int levels)
{
	volatile char page[PAGE_SIZE];

	page[0] = (char)levels;
	return levels == 0 ? 0 : go_deep(levels - 1) + page[0];
}

/* Steps over any single page below the stack. */
__attribute__((noinline)) static int leap_deep(int levels)
{
	volatile char pages[5 * PAGE_SIZE];

	pages[0] = (char)levels;
	return levels == 0 ? 0 : leap_deep(levels - 1) + pages[0];
}

static u16 answer(cap_t cap, u64 tag)
{
	struct message m = {.tag = tag};
	enum microk_status status = ipc(SYS_CALL, cap, &m);

	return status != OK ? status : TAG_LABEL(m.tag);
}

static int call_twice(void)
{
	u16 first = answer(grant_find(PEER), 0);

	print("caller: first %s", status_name(first));
	print(", then %s\n", status_name(answer(grant_find(PEER), 0)));
	return 0;
}

/* Claims of a service that init must reject. */
static int forge(void)
{
	cap_t supervisor = grant_find("supervisor");

	print("forger: a fault: %s", status_name(answer(supervisor, TAG(LABEL_FAULT, MSG_REGS))));
	/* Reporting and looking are two protocols on one endpoint: the grant that every program has is for the first. */
	print(", a look: %s", status_name(answer(supervisor, TAG(INSPECT_LABEL_MEMORY, 0))));
	print(", a report: %s\n", status_name(answer(supervisor, TAG(SUPERVISE_LABEL_PING, 0))));
	return 0;
}

static int die_serving(void)
{
	struct message m = {0};

	ipc(SYS_RECV, grant_find(PEER), &m);
	*(volatile int *)8 = 1;
	return 0;
}

/* Reports which comes first: a call of a client that has closed one of its two capabilities to this server, or ST_CLOSED for
 * the client. */
static int tell_closed(void)
{
	for (int i = 0; i < 2; i++) {
		struct message m = {0};
		enum microk_status status = ipc(SYS_RECV, grant_find(PEER), &m);
		print(i == 0 ? "server: %s" : ", %s\n", status == ST_CLOSED ? "closed" : "called");
		m.tag = 0;
		if (status == OK)
			ipc(SYS_REPLY, 0, &m);
	}
	return 0;
}

static int close_both(void)
{
	cnode_delete(SLOT_CNODE, grant_find("second"));
	answer(grant_find(PEER), 0);
	cnode_delete(SLOT_CNODE, grant_find(PEER));
	return 0;
}

static int die_tracing(void)
{
	kernel_trace(grant_find("trace.switch"), 1);
	*(volatile int *)8 = 1;
	return 0;
}

/* Whether messages are being recorded. */
static int tell_traced(void)
{
	const volatile struct trace *ring = (const struct trace *)grant_entry("trace")->address;
	u64 before = ring->written;

	supervise_ping(grant_find("supervisor"));
	print("tracing is %s\n", ring->written == before ? "off" : "on");
	return 0;
}

/* Reads from a terminal without input, and does not wait for it. */
static int give_up(void)
{
	u32 late = 0;

	for (int i = 0; i < 20; i++) {
		struct message m = {.tag = TAG(FILE_LABEL_READ, 2) | TAG_DEADLINE,
				    .word = {100, stub_number()}};
		ipc_buffer->deadline = tsc_read() + 1000000;
		late += ipc(SYS_CALL, grant_find("console"), &m) == ERR_DEADLINE;
	}
	print("%u of 20 reads gave up\n", late);
	return 0;
}

/* Leaves the serial line in a state in which bytes that are written to it are not sent. */
static int ruin_line(u64 reg, u64 value)
{
	const struct startup_entry *ports = grant_entry("serial.ports");

	ioport_out(ports->slot,
		   &(struct ioport_out){.port = ports->address + reg, .bytes = 1, .value = value});
	*(volatile int *)8 = 1;
	return 0;
}

enum { FILLED_SLOTS = 1024 };

/* Each fills a CNode, in `cnode`, and returns the number of capabilities. */
static u32 fill_with_objects(cap_t cnode)
{
	u32 made = 0;

	for (u32 i = 0; i < FILLED_SLOTS; i += RETYPE_MAX_COUNT)
		if (untyped_retype(SLOT_UNTYPED,
				   &(struct untyped_retype){.type = CAP_ENDPOINT,
							    .cnode = cnode,
							    .index = i,
							    .count = RETYPE_MAX_COUNT}) == OK)
			made += RETYPE_MAX_COUNT;
	return made;
}

static u32 fill_with_copies(cap_t cnode)
{
	u32 made = 0;

	for (u32 i = 1; i < FILLED_SLOTS; i++)
		made += cnode_copy(cnode, &(struct cnode_copy){.index = i,
							       .source_cnode = SLOT_CNODE,
							       .source_index = grant_find(PEER),
							       .rights = RIGHT_ALL}) == OK;
	return made;
}

/* Fills the program's memory with CNodes, each of them by `fill`; by none if that is NULL. */
static u32 fill_memory(u32 (*fill)(cap_t cnode))
{
	u32 made = 0;

	for (cap_t cnode = SLOT_TOTAL / 2; fill && cnode < SLOT_TOTAL; cnode++) {
		struct untyped_retype wanted = {
			.type = CAP_CNODE,
			.size = FILLED_SLOTS,
			.cnode = SLOT_CNODE,
			.index = cnode,
			.count = 1};
		if (untyped_retype(SLOT_UNTYPED, &wanted) != OK)
			break;
		made += fill(cnode);
	}
	return made;
}

/* Fills its memory with CNodes, each of them by `fill`, reports to the peer how many thousand capabilities these have, and ends. */
static int end_filled(u32 (*fill)(cap_t cnode))
{
	u32 made = fill_memory(fill);
	struct message m = {0};

	ipc(SYS_RECV, grant_find(PEER), &m);
	m.tag = TAG(made / 1000, 0);
	ipc(SYS_REPLY, 0, &m);
	return 0;
}

/* Fills its memory with copies of its capability to the peer, reports to two callers how many thousand they are, and goes on. */
static _Noreturn void keep_copies(bool any)
{
	u32 made = fill_memory(any ? fill_with_copies : NULL);

	for (;;) {
		struct message m = {0};
		ipc(SYS_RECV, grant_find("go"), &m);
		m.tag = TAG(made / 1000, 0);
		ipc(SYS_REPLY, 0, &m);
	}
}

/* Ends with a code when the service "go" answers. */
static int fail_after_go(void)
{
	answer(grant_find("go"), 0);
	return 7;
}

/* Wakes every 100,000 ticks from its peer's end on, and prints how late it was at most. */
static int watch_end(void)
{
	enum { PAUSE = 100000 };
	struct message m = {0};
	u64 latest = 0;
	cap_t quiet;

	if (object_make(CAP_ENDPOINT, 0, &quiet) != OK)
		return 1;
	ipc(SYS_CALL, grant_find(PEER), &m);
	u32 thousands = TAG_LABEL(m.tag);
	for (u32 i = 0; i < 1000; i++) {
		u64 due = ipc_buffer->deadline = tsc_read() + PAUSE;
		m.tag = TAG_DEADLINE;
		ipc(SYS_RECV, quiet, &m);
		u64 late = tsc_read() - due;
		latest = late > latest ? late : latest;
	}
	print("beside the end of %u thousand capabilities: late by %lu at most\n", thousands,
	      latest);
	m.tag = 0;
	print("the peer's Endpoint: %s\n", status_name(ipc(SYS_CALL, grant_find(PEER), &m)));
	return 0;
}

int main(void)
{
	const char *what = startup->arguments;

	if (strcmp(what, "null") == 0)
		*(volatile int *)0 = 1;
	else if (strcmp(what, "kernel") == 0)
		return *(volatile int *)0xffffffff80000000;
	else if (strcmp(what, "stack") == 0)
		return go_deep(100);
	else if (strcmp(what, "leap") == 0)
		return leap_deep(100);
	else if (strcmp(what, "text") == 0)
		*(volatile char *)(u64)main = 1;
	else if (strcmp(what, "data") == 0)
		((void (*)(void))(u64)startup)();
	else if (strcmp(what, "halt") == 0)
		__asm__ volatile("hlt");
	else if (strcmp(what, "code") == 0)
		return 7;
	else if (strcmp(what, "serve") == 0)
		return die_serving();
	else if (strcmp(what, "ready, serve") == 0)
		return supervise_ready(grant_find("supervisor")) == OK ? die_serving() : 1;
	else if (strcmp(what, "ready, hang") == 0)
		for (supervise_ready(grant_find("supervisor"));;)
			__asm__ volatile("pause");
	else if (strcmp(what, "tell closed") == 0)
		return tell_closed();
	else if (strcmp(what, "close both") == 0)
		return close_both();
	else if (strcmp(what, "trace") == 0)
		return die_tracing();
	else if (strcmp(what, "traced") == 0)
		return tell_traced();
	else if (strcmp(what, "give up") == 0)
		return give_up();
	else if (strcmp(what, "call") == 0)
		return call_twice();
	else if (strcmp(what, "leave the divisor") == 0)
		return ruin_line(3, 0x83);
	else if (strcmp(what, "leave the loop") == 0)
		return ruin_line(4, 0x1b);
	else if (strcmp(what, "end") == 0)
		return end_filled(NULL);
	else if (strcmp(what, "make, end") == 0)
		return end_filled(fill_with_objects);
	else if (strcmp(what, "copy, end") == 0)
		return end_filled(fill_with_copies);
	else if (strcmp(what, "keep copies") == 0)
		keep_copies(true);
	else if (strcmp(what, "keep none") == 0)
		keep_copies(false);
	else if (strcmp(what, "fail after go") == 0)
		return fail_after_go();
	else if (strcmp(what, "watch the end") == 0)
		return watch_end();
	else if (strcmp(what, "forge") == 0)
		return forge();
	return 0;
}
