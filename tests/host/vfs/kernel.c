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
#include "lib/microk/util.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#define SLOTS 20736
#define SERVERS 8
#define SERVER_SLOTS                                                                               \
	640 /* where the slots of a server with its own library begin, up to SLOT_TOTAL */
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
	bool died;
	void (*forget)(void); /* makes its memory that of a new instance */
	/* A caller's side. */
	struct message *answer;
	bool peer_died;
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
	u8 *memory;   /* of a Frame */
	u64 bytes;
	struct task *saved; /* of a Reply */
};

static struct slot slots[SLOTS];
static u32 slots_end; /* none from here on was used */
static struct task test = {.name = "test"}, servers[SERVERS];
static struct task *running = &test;
static u32 server_count;
static struct startup page;
static struct thread_self self = {.buffer = &test.buffer};
char kernel_printed[4096];
void (*kernel_waiting)(void);
bool kernel_cancelled;
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

static struct slot *use(cap_t slot)
{
	REQUIRE(slot < SLOTS);
	slots_end = slot < slots_end ? slots_end : (u32)slot + 1;
	return &slots[slot];
}

u32 kernel_rights(cap_t slot)
{
	return slots[slot].rights;
}

u32 kernel_caps(void)
{
	u32 count = 0;

	for (u32 i = 0; i < slots_end; i++)
		count += slots[i].type != CAP_NULL;
	return count;
}

/* A server's kept slots, from SLOT_TOTAL on, are apart from those of other servers, as they are in CNodes of their own. */
#define KEPT_SLOTS 3104

static cap_t here(cap_t slot)
{
	REQUIRE(running == &test || slot < SLOT_TOTAL + KEPT_SLOTS);
	return running == &test || slot < SLOT_TOTAL
		       ? slot
		       : slot + KEPT_SLOTS * (cap_t)(running - servers);
}

static cap_t from_here(cap_t slot)
{
	return slot - (here(SLOT_TOTAL) - SLOT_TOTAL);
}

static u32 children(cap_t slot)
{
	u32 count = 0;

	for (u32 i = 0; i < slots_end; i++)
		count += slots[i].type != CAP_NULL && slots[i].parent == slot;
	return count;
}

static void revive(struct task *t);

static void run(struct task *t)
{
	struct task *from = running;
	u32 free_slots = page.free_slots;

	t->resumer = from;
	running = t;
	ipc_buffer = &t->buffer;
	if (t->forget)
		page.free_slots = SERVER_SLOTS;
	swapcontext(&from->context, &t->context);
	page.free_slots = free_slots;
	if (t->died)
		revive(t);
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
	for (u32 i = 0; i < slots_end; i++)
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
	if (slots[slot].type == CAP_NULL)
		return;

	cap_t parent = slots[slot].parent;

	for (u32 i = 0; i < slots_end; i++)
		if (slots[i].type != CAP_NULL && slots[i].parent == slot)
			slots[i].parent = parent;
	u8 *memory = slots[slot].memory;
	slots[slot] = (struct slot){0};
	for (u32 i = 0; i < slots_end && memory; i++)
		if (slots[i].memory == memory)
			memory = NULL;
	free(memory);
	if (parent != 0 && (slots[parent].flags & MINT_WATCH) && children(parent) == 0)
		slots[parent].closed = true;
}

static void revoke(cap_t slot)
{
	for (u32 i = 0; i < slots_end; i++)
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
	*use(to) = slots[from];
	slots[to].rights &= rights;
	slots[to].flags = flags & MINT_WATCH;
	slots[to].closed = false;
	slots[to].parent = from;
	if (flags & MINT_BADGE)
		slots[to].badge = badge;
	return OK;
}

static enum microk_status describe(cap_t slot, struct message *m)
{
	const struct slot *s = &slots[slot];
	u64 object = s->server ? (u64)s->server : (u64)s->memory;

	if (s->type == CAP_NULL)
		return ERR_CAP;
	const u64 words[MSG_REGS] = {
		s->type, s->rights, s->badge, object, s->bytes, slot, s->parent, children(slot)};
	memcpy(m->word, words, sizeof(words));
	m->tag = TAG(OK, MSG_REGS);
	return OK;
}

static enum microk_status move(cap_t to, cap_t from)
{
	if (slots[to].type != CAP_NULL)
		return ERR_OCCUPIED;
	if (slots[from].type == CAP_NULL)
		return ERR_CAP;
	*use(to) = slots[from];
	slots[from] = (struct slot){0};
	for (u32 i = 0; i < slots_end; i++)
		if (slots[i].type != CAP_NULL && slots[i].parent == from)
			slots[i].parent = to;
	return OK;
}

static enum microk_status cnode_method(struct message *m)
{
	cap_t slot = here(m->word[0]);

	REQUIRE(slot < SLOTS);
	switch (TAG_LABEL(m->tag)) {
	case CNODE_MINT:
		REQUIRE(m->word[1] == SLOT_CNODE);
		return copy(slot, here(m->word[2]), (u32)m->word[3], m->word[4], (u32)m->word[5]);
	case CNODE_COPY:
		REQUIRE(m->word[1] == SLOT_CNODE);
		return copy(slot, here(m->word[2]), (u32)m->word[3], 0, 0);
	case CNODE_DELETE:
		delete (slot);
		settle();
		return OK;
	case CNODE_REVOKE:
		revoke(slot);
		settle();
		return OK;
	case CNODE_DESCRIBE: return describe(slot, m);
	case CNODE_NEXT:
		while (slot < SLOTS && slots[slot].type == CAP_NULL)
			slot++;
		m->word[0] = slot < SLOTS ? from_here(slot) : 0;
		m->tag = TAG(OK, 1);
		return OK;
	case CNODE_MOVE:
		REQUIRE(m->word[1] == SLOT_CNODE && m->word[2] < SLOTS);
		return move(slot, here(m->word[2]));
	case CNODE_SAVE_CALLER:
		REQUIRE(slots[slot].type == CAP_REPLY && !slots[slot].saved && running->caller);
		slots[slot].saved = running->caller;
		running->caller = NULL;
		return OK;
	default: REQUIRE(!"a method of CNode that these tests have"); return ERR_METHOD;
	}
}

static enum microk_status frame_method(const struct slot *to, const struct message *m)
{
	REQUIRE(TAG_LABEL(m->tag) == FRAME_COPY && m->word[1] < SLOTS);
	const struct slot *from = &slots[here(m->word[1])];
	u64 at = m->word[0], from_at = m->word[2], bytes = m->word[3];
	if (from->type != CAP_FRAME)
		return from->type == CAP_NULL ? ERR_CAP : ERR_TYPE;
	if (!(to->rights & RIGHT_WRITE) || !(from->rights & RIGHT_READ))
		return ERR_RIGHTS;
	if (at > to->bytes || bytes > to->bytes - at || from_at > from->bytes ||
	    bytes > from->bytes - from_at)
		return ERR_RANGE;
	memcpy(to->memory + at, from->memory + from_at, bytes);
	return OK;
}

/* Notifications only, that nothing signals: there to wait for until a deadline. */
static enum microk_status untyped_method(struct message *m)
{
	REQUIRE(TAG_LABEL(m->tag) == UNTYPED_RETYPE && m->word[0] == CAP_NOTIFICATION);
	cap_t slot = m->word[3];
	REQUIRE(slot < SLOTS && m->word[4] == 1);
	if (slots[slot].type != CAP_NULL)
		return ERR_OCCUPIED;
	*use(slot) = (struct slot){
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
		    !kernel_has(here(from->send_caps[i])))
			return ERR_TRANSFER;
	for (u32 i = 0; i < caps; i++)
		copy(to_buffer->recv_caps[i], here(from->send_caps[i]), RIGHT_ALL, 0, 0);
	for (u32 i = 0; i < MSG_REGS; i++)
		to->word[i] = i < length ? m->word[i] : 0xdeadbeefdeadbeef;
	for (u32 i = MSG_REGS; i < MSG_WORDS; i++)
		to_buffer->words[i] = i < length ? from->words[i] : 0xdeadbeefdeadbeef;
	return OK;
}

/* The status with which the call ends now without an answer; OK: it waits on. */
static enum microk_status end_of_wait(const struct task *self, u64 tag)
{
	if (self->peer_died)
		return ERR_PEER_DIED;
	if (kernel_cancelled)
		return ERR_CANCELLED;
	return tag & TAG_DEADLINE && tsc_read() >= self->buffer.deadline ? ERR_DEADLINE : OK;
}

/* The caller is in a Reply object until the server answers, dies, the test cancels the call, or its deadline passes. */
static enum microk_status wait_for_answer(struct task *self, struct message *m)
{
	u64 tag = m->tag;

	for (u32 turns = 0; self->answer; turns++) {
		enum microk_status end = end_of_wait(self, tag);
		if (end != OK) {
			for (u32 i = 0; i < slots_end; i++)
				if (slots[i].saved == self)
					slots[i].saved = NULL;
			m->tag = end | TAG_RECEIVED;
			self->answer = NULL;
			kernel_cancelled = false;
			break;
		}
		REQUIRE(kernel_waiting && turns < 100000);
		kernel_waiting();
	}
	self->peer_died = false;
	settle();
	return (enum microk_status)TAG_STATUS(m->tag);
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
	return wait_for_answer(self, m);
}

static enum microk_status answer(struct task *caller, const struct message *m,
				 struct ipcbuf *buffer)
{
	struct message copy_of = *m; /* a server may answer into the struct that the call came in */
	enum microk_status status = transfer(&copy_of, buffer, caller->answer, &caller->buffer);

	if (status != OK)
		return status;
	caller->answer->tag = copy_of.tag & ~0xfful;
	caller->answer = NULL;
	return OK;
}

static enum microk_status send(struct slot *s, const struct message *m)
{
	if (!s->saved)
		return ERR_NO_REPLY;
	enum microk_status status = answer(s->saved, m, &running->buffer);
	if (status == OK)
		s->saved = NULL;
	return status;
}

static enum microk_status reply(struct task *server, const struct message *m)
{
	struct task *caller = server->caller;

	if (!caller)
		return ERR_NO_REPLY;
	enum microk_status status = answer(caller, m, &server->buffer);
	if (status != OK)
		return status;
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
	cap = here(cap);
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
		if (slots[cap].type == CAP_FRAME)
			return frame_method(&slots[cap], m);
		return slots[cap].type == CAP_ENDPOINT ? call(&slots[cap], m) : ERR_TYPE;
	case SYS_RECV:
	case SYS_REPLY_RECV:
		self->caller = NULL; /* one that is still owed an answer is dropped */
		REQUIRE(slots[cap].server == self && (slots[cap].rights & RIGHT_READ));
		return receive(self, m);
	case SYS_WAIT:
		REQUIRE(slots[cap].type == CAP_NOTIFICATION && (m->tag & TAG_DEADLINE));
		return ERR_DEADLINE;
	case SYS_SEND: REQUIRE(slots[cap].type == CAP_REPLY); return send(&slots[cap], m);
	case SYS_SIGNAL:
		if (slots[cap].type != CAP_NOTIFICATION)
			return ERR_TYPE;
		REQUIRE(slots[cap].type == CAP_NOTIFICATION && (slots[cap].rights & RIGHT_WRITE));
		++*slots[cap].signals;
		return OK;
	default: REQUIRE(!"a system call that these tests have"); return ERR_SYSCALL;
	}
}

/* ---- setting up ---- */

static cap_t fixed_slot(void)
{
	static cap_t next = SLOT_GRANTS; /* as init fills them */

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

static void begin(struct task *t)
{
	getcontext(&t->context);
	t->context.uc_stack.ss_sp = calloc(1, STACK);
	t->context.uc_stack.ss_size = STACK;
	makecontext(&t->context, server_entry, 0);
}

void kernel_die(void)
{
	struct task *self = running, *to = self->resumer;

	self->died = true;
	running = to;
	ipc_buffer = &to->buffer;
	swapcontext(&self->context, &to->context);
}

/* The instance's own objects go, its callers wake, and the next instance runs until it receives. */
static void revive(struct task *t)
{
	t->died = t->receiving = false;
	if (t->caller)
		t->caller->peer_died = true;
	t->caller = NULL;
	for (u32 i = SERVER_SLOTS; i < SLOT_TOTAL; i++) {
		if (slots[i].saved)
			slots[i].saved->peer_died = true;
		if (slots[i].type != CAP_NULL)
			delete (i);
	}
	free(t->context.uc_stack.ss_sp);
	memset(&t->buffer, 0, sizeof(t->buffer));
	t->forget();
	page.instance++;
	begin(t);
	run(t);
}

cap_t kernel_mortal(const char *name, void (*main_function)(cap_t endpoint), void (*forget)(void))
{
	servers[server_count].forget = forget;
	return kernel_server(name, main_function);
}

void kernel_make(cap_t slot, u32 type, u64 pages, void **address)
{
	REQUIRE(!kernel_has(slot));
	*use(slot) = (struct slot){.type = type, .rights = RIGHT_ALL};
	if (pages) {
		slots[slot].bytes = pages * PAGE_SIZE;
		slots[slot].memory = calloc(pages, PAGE_SIZE);
		*address = slots[slot].memory;
	}
}

void kernel_thread(u32 number)
{
	self.number = number;
}

cap_t kernel_server(const char *name, void (*main_function)(cap_t endpoint))
{
	REQUIRE(server_count < SERVERS);
	struct task *t = &servers[server_count++];
	t->name = name;
	t->main_function = main_function;
	t->endpoint = fixed_slot();
	*use(t->endpoint) = (struct slot){.type = CAP_ENDPOINT, .rights = RIGHT_ALL, .server = t};
	begin(t);
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
	*use(slot) = (struct slot){
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

void kernel_closed(cap_t endpoint, u64 badge)
{
	struct task *server = slots[endpoint].server;

	REQUIRE(server->receiving);
	server->message->badge = badge;
	server->message->tag = ST_CLOSED;
	server->received = ST_CLOSED;
	server->receiving = false;
	run(server);
	settle();
}

cap_t kernel_ports(void)
{
	cap_t slot = fixed_slot();

	*use(slot) = (struct slot){.type = CAP_IOPORT, .rights = RIGHT_ALL};
	return slot;
}

void kernel_program(const char *name, const char *arguments)
{
	use(SLOT_UNTYPED);
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
