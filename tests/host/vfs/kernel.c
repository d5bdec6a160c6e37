/*
 * The kernel of kernel.h.
 *
 * A call switches to the server's coroutine at once; its answer, or its next receive, switches
 * back. One processor, strict rendezvous, and no time: a deadline has passed at once. Enough to distinguish right from wrong in a
 * server.
 */
#include "kernel.h"
#include "lib/microk/output.h"
#include "lib/microk/slots.h"
#include "lib/microk/start.h"
#include "lib/microk/startup.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#define SLOTS 1024
#define SERVERS 6
#define STACK (1024 * 1024)

#define REQUIRE(condition)                                                                         \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			printf("%s:%d: the kernel requires: %s\n", __FILE__, __LINE__,             \
			       #condition);                                                        \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

struct task {
	const char *name;
	ucontext_t context;
	struct ipcbuf buffer;
	struct task *resumer; /* the task that runs on when this one waits */
	/* A server's side. */
	bool receiving;
	struct message *message; /* where what it receives goes */
	enum microk_status received;
	struct task *caller; /* the task that it owes an answer */
	/* A caller's side. */
	struct message *answer;
	void (*main_function)(cap_t);
	cap_t endpoint;
};

struct slot {
	u32 type, rights, flags;
	u64 badge;
	struct task *server;
	cap_t parent;
	bool closed;  /* waits to be reported as ST_CLOSED */
	u32 *signals; /* of a Notification, however often it is copied */
};

static struct slot slots[SLOTS];
static struct task test = {.name = "test"}, servers[SERVERS];
static struct task *running = &test;
static u32 server_count;
static struct startup page;
static struct thread_self self = {.buffer = &test.buffer};
char kernel_printed[4096];
struct kernel_out kernel_outs[16];
u32 kernel_out_count;

struct thread_self *thread_self(void)
{
	return &self;
}

bool kernel_has(cap_t slot)
{
	return slot < SLOTS && slots[slot].type != CAP_NULL;
}

u32 kernel_rights(cap_t slot)
{
	return slots[slot].rights;
}

u32 kernel_caps(void)
{
	u32 count = 0;

	for (u32 i = 0; i < SLOTS; i++)
		count += slots[i].type != CAP_NULL;
	return count;
}

static u32 children(cap_t slot)
{
	u32 count = 0;

	for (u32 i = 0; i < SLOTS; i++)
		count += slots[i].type != CAP_NULL && slots[i].parent == slot;
	return count;
}

static void run(struct task *t)
{
	struct task *from = running;

	t->resumer = from;
	running = t;
	ipc_buffer = &t->buffer;
	swapcontext(&from->context, &t->context);
}

/* Goes back to the task that resumed this server. */
static void wait_here(struct task *server)
{
	struct task *to = server->resumer;

	server->receiving = true;
	running = to;
	ipc_buffer = &to->buffer;
	swapcontext(&server->context, &to->context);
}

/* Reports a closed slot to a waiting server. */
static bool take_closed(struct task *server, struct message *m)
{
	for (u32 i = 0; i < SLOTS; i++)
		if (slots[i].closed && slots[i].server == server) {
			slots[i].closed = false;
			m->tag = ST_CLOSED;
			m->badge = slots[i].badge;
			return true;
		}
	return false;
}

static void settle(void)
{
	for (u32 i = 0; i < server_count; i++)
		while (servers[i].receiving && take_closed(&servers[i], servers[i].message)) {
			servers[i].receiving = false;
			servers[i].received = ST_CLOSED;
			run(&servers[i]);
		}
}

static void delete(cap_t slot)
{
	cap_t parent = slots[slot].parent;

	for (u32 i = 0; i < SLOTS; i++)
		if (slots[i].type != CAP_NULL && slots[i].parent == slot)
			slots[i].parent = parent;
	slots[slot] = (struct slot){0};
	if (parent != 0 && (slots[parent].flags & MINT_WATCH) && children(parent) == 0)
		slots[parent].closed = true;
}

static void revoke(cap_t slot)
{
	for (u32 i = 0; i < SLOTS; i++)
		if (slots[i].type != CAP_NULL && slots[i].parent == slot) {
			revoke(i);
			delete (i);
		}
}

static enum microk_status copy(cap_t to, cap_t from, u32 rights, u64 badge, u32 flags)
{
	if (to == 0 || to >= SLOTS || from >= SLOTS)
		return ERR_CAP;
	if (slots[to].type != CAP_NULL)
		return ERR_OCCUPIED;
	if (slots[from].type == CAP_NULL)
		return ERR_CAP;
	if ((flags & MINT_BADGE) && slots[from].badge != 0)
		return ERR_ARG;
	slots[to] = slots[from];
	slots[to].rights &= rights;
	slots[to].flags = flags & MINT_WATCH;
	slots[to].closed = false;
	slots[to].parent = from;
	if (flags & MINT_BADGE)
		slots[to].badge = badge;
	return OK;
}

static enum microk_status cnode_method(struct message *m)
{
	cap_t slot = m->word[0];

	REQUIRE(slot < SLOTS);
	switch (TAG_LABEL(m->tag)) {
	case CNODE_MINT:
		REQUIRE(m->word[1] == SLOT_CNODE);
		return copy(slot, m->word[2], (u32)m->word[3], m->word[4], (u32)m->word[5]);
	case CNODE_COPY:
		REQUIRE(m->word[1] == SLOT_CNODE);
		return copy(slot, m->word[2], (u32)m->word[3], 0, 0);
	case CNODE_DELETE:
		delete (slot);
		settle();
		return OK;
	case CNODE_REVOKE:
		revoke(slot);
		settle();
		return OK;
	default: REQUIRE(!"a method of CNode that these tests have"); return ERR_METHOD;
	}
}

/* Notifications only, that nothing signals: there to wait for until a deadline. */
static enum microk_status untyped_method(struct message *m)
{
	REQUIRE(TAG_LABEL(m->tag) == UNTYPED_RETYPE && m->word[0] == CAP_NOTIFICATION);
	cap_t slot = m->word[3];
	REQUIRE(slot < SLOTS && m->word[4] == 1);
	if (slots[slot].type != CAP_NULL)
		return ERR_OCCUPIED;
	slots[slot] = (struct slot){
		.type = CAP_NOTIFICATION, .rights = RIGHT_ALL, .parent = SLOT_UNTYPED};
	return OK;
}

static enum microk_status port_method(const struct message *m)
{
	REQUIRE(TAG_LABEL(m->tag) == IOPORT_OUT && kernel_out_count < ARRAY_LEN(kernel_outs));
	kernel_outs[kernel_out_count++] = (struct kernel_out){m->word[0], m->word[1], m->word[2]};
	return OK;
}

/* Copies words and capabilities from one task to another; changes nothing unless all fit. */
static enum microk_status transfer(const struct message *m, struct ipcbuf *from, struct message *to,
				   struct ipcbuf *to_buffer)
{
	u32 length = TAG_LENGTH(m->tag), caps = TAG_CAPS(m->tag);

	if (length > MSG_WORDS)
		return ERR_LENGTH;
	for (u32 i = 0; i < caps; i++)
		if (to_buffer->recv_caps[i] == 0 || kernel_has(to_buffer->recv_caps[i]) ||
		    !kernel_has(from->send_caps[i]))
			return ERR_TRANSFER;
	for (u32 i = 0; i < caps; i++)
		copy(to_buffer->recv_caps[i], from->send_caps[i], RIGHT_ALL, 0, 0);
	for (u32 i = 0; i < MSG_REGS; i++)
		to->word[i] = i < length ? m->word[i] : 0xdeadbeefdeadbeef;
	for (u32 i = MSG_REGS; i < MSG_WORDS; i++)
		to_buffer->words[i] = i < length ? from->words[i] : 0xdeadbeefdeadbeef;
	return OK;
}

static enum microk_status call(const struct slot *s, struct message *m)
{
	struct task *server = s->server, *self = running;

	if (!(s->rights & RIGHT_WRITE))
		return ERR_RIGHTS;
	REQUIRE(server != self && server->receiving); /* else it would wait for itself for ever */
	enum microk_status status = transfer(m, &self->buffer, server->message, &server->buffer);
	if (status != OK)
		return status;
	server->message->tag = (m->tag & ~0xfful & ~(0xfful << TAG_PROT_SHIFT)) | TAG_IS_CALL |
			       (u64)(s->rights >> RIGHT_PROT_SHIFT & 0xff) << TAG_PROT_SHIFT;
	server->message->badge = s->badge;
	server->caller = self;
	server->received = OK;
	server->receiving = false;
	self->answer = m;
	run(server);
	REQUIRE(!self->answer); /* every call is answered: these servers defer nothing */
	settle();
	return (enum microk_status)TAG_STATUS(m->tag);
}

static enum microk_status reply(struct task *server, const struct message *m)
{
	struct task *caller = server->caller;

	if (!caller)
		return ERR_NO_REPLY;
	struct message copy_of = *m; /* a server may answer into the struct that the call came in */
	enum microk_status status =
		transfer(&copy_of, &server->buffer, caller->answer, &caller->buffer);
	if (status != OK)
		return status;
	caller->answer->tag = copy_of.tag & ~0xfful;
	caller->answer = NULL;
	server->caller = NULL;
	return OK;
}

static enum microk_status receive(struct task *server, struct message *m)
{
	if (take_closed(server, m))
		return ST_CLOSED;
	server->message = m;
	wait_here(server);
	m->tag = (m->tag & ~0xfful) | server->received;
	return server->received;
}

enum microk_status ipc(enum microk_syscall op, cap_t cap, struct message *m)
{
	struct task *self = running;
	enum microk_status status = OK;

	if (op == SYS_REPLY || op == SYS_REPLY_RECV) {
		status = reply(self, m);
		if (status != OK || op == SYS_REPLY)
			return status;
	}
	if (cap >= SLOTS || slots[cap].type == CAP_NULL)
		return (enum microk_status)(m->tag = ERR_CAP);
	switch (op) {
	case SYS_CALL:
		if (slots[cap].type == CAP_CNODE)
			return cnode_method(m);
		if (slots[cap].type == CAP_UNTYPED)
			return untyped_method(m);
		if (slots[cap].type == CAP_IOPORT)
			return port_method(m);
		return slots[cap].type == CAP_ENDPOINT ? call(&slots[cap], m) : ERR_TYPE;
	case SYS_RECV:
	case SYS_REPLY_RECV:
		self->caller = NULL; /* one that is still owed an answer is dropped */
		REQUIRE(slots[cap].server == self && (slots[cap].rights & RIGHT_READ));
		return receive(self, m);
	case SYS_WAIT:
		REQUIRE(slots[cap].type == CAP_NOTIFICATION && (m->tag & TAG_DEADLINE));
		return ERR_DEADLINE;
	case SYS_SIGNAL:
		REQUIRE(slots[cap].type == CAP_NOTIFICATION && (slots[cap].rights & RIGHT_WRITE));
		++*slots[cap].signals;
		return OK;
	default: REQUIRE(!"a system call that these tests have"); return ERR_SYSCALL;
	}
}

/* ---- setting up ---- */

static cap_t fixed_slot(void)
{
	static cap_t next = SLOT_GRANTS;

	REQUIRE(next < SLOT_FREE);
	return next++;
}

static void server_entry(void)
{
	struct task *self = running;

	self->main_function(self->endpoint);
	printf("server %s ended: %s\n", self->name, kernel_printed);
	abort();
}

cap_t kernel_server(const char *name, void (*main_function)(cap_t endpoint))
{
	REQUIRE(server_count < SERVERS);
	struct task *t = &servers[server_count++];
	t->name = name;
	t->main_function = main_function;
	t->endpoint = fixed_slot();
	slots[t->endpoint] = (struct slot){.type = CAP_ENDPOINT, .rights = RIGHT_ALL, .server = t};
	getcontext(&t->context);
	t->context.uc_stack.ss_sp = calloc(1, STACK);
	t->context.uc_stack.ss_size = STACK;
	makecontext(&t->context, server_entry, 0);
	kernel_program(name, "");
	run(t);
	return t->endpoint;
}

cap_t kernel_mint(cap_t from, u32 rights, u64 badge)
{
	cap_t slot = fixed_slot();

	REQUIRE(copy(slot, from, rights, badge, MINT_BADGE) == OK);
	return slot;
}

cap_t kernel_notification(void)
{
	static u32 signals[4];
	static u32 made;
	cap_t slot = fixed_slot();

	REQUIRE(made < ARRAY_LEN(signals));
	slots[slot] = (struct slot){
		.type = CAP_NOTIFICATION, .rights = RIGHT_ALL, .signals = &signals[made++]};
	return slot;
}

u32 kernel_signals(cap_t notification)
{
	return *slots[notification].signals;
}

void kernel_notify(cap_t endpoint, u64 bits)
{
	struct task *server = slots[endpoint].server;

	REQUIRE(server->receiving);
	server->message->badge = bits;
	server->received = ST_NOTIFIED;
	server->receiving = false;
	run(server);
	settle();
}

cap_t kernel_ports(void)
{
	cap_t slot = fixed_slot();

	slots[slot] = (struct slot){.type = CAP_IOPORT, .rights = RIGHT_ALL};
	return slot;
}

void kernel_program(const char *name, const char *arguments)
{
	slots[SLOT_CNODE].type = CAP_CNODE;
	slots[SLOT_UNTYPED].type = CAP_UNTYPED;
	startup = &page;
	page.magic = STARTUP_MAGIC;
	page.free_slots = SLOT_FREE;
	snprintf(page.program, sizeof(page.program), "%s", name);
	snprintf(page.arguments, sizeof(page.arguments), "%s", arguments);
}

void kernel_grant(const char *name, cap_t slot, const void *address, u32 pages)
{
	struct startup_entry *e = &page.entries[0];

	while (e < page.entries + page.count && strcmp(e->name, name) != 0)
		e++;
	page.count += e == page.entries + page.count;
	snprintf(e->name, sizeof(e->name), "%s", name);
	e->slot = (u32)slot;
	e->address = (u64)address;
	e->pages = pages;
}

/* ---- the output of programs ---- */

bool output_serial(const char *data, size_t bytes)
{
	size_t used = strlen(kernel_printed);

	snprintf(kernel_printed + used, sizeof(kernel_printed) - used, "%.*s", (int)bytes, data);
	return true;
}

bool output_terminal(const char *data, size_t bytes)
{
	(void)data, (void)bytes;
	return false;
}

_Noreturn void program_stop(void)
{
	printf("program stopped: %s\n", kernel_printed);
	abort();
}
