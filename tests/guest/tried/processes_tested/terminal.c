/*
 * The server of the terminal: a thread of the test. It keeps what is written, and gives what is typed. A read waits
 * until there is something; it can be abandoned, and is then either finished or has taken nothing.
 */
#include "lib/microk/string.h"
#include "tests/guest/tried/processes_tested/machinery.h"

#define READERS PROCESSES

char terminal_text[TERMINAL_TEXT];
struct terminal_counts terminal_counts;
static u32 length;
static char typed[TERMINAL_TEXT];
static u32 typed_from, typed_to;
static cap_t own;

static struct reader {
	u64 waits; /* the number of its request; 0: it does not wait */
	u64 bytes;
	cap_t reply;
	u64 number; /* of the last request that was answered, and the answer */
	struct message last;
} readers[READERS];

void terminal_clear(void)
{
	memset(terminal_text, 0, sizeof(terminal_text));
	length = typed_from = typed_to = 0;
	memset(&terminal_counts, 0, sizeof(terminal_counts));
	for (struct reader *r = readers; r < readers + READERS; r++)
		r->waits = r->number = 0;
}

static void take(const struct message *m)
{
	u32 bytes = (u32)MIN(m->word[0], (u64)TERMINAL_BYTES);

	if (length + bytes >= sizeof(terminal_text))
		return;
	memcpy(terminal_text + length, &m->word[1], bytes);
	length += bytes;
	if (bytes == 2 && !memcmp(&m->word[1], "go", 2))
		kill_go();
}

static void give(struct reader *r, u64 number, u64 most, struct message *m)
{
	u64 bytes = MIN(most, (u64)(typed_to - typed_from));

	*m = (struct message){.tag = TAG(OK, 7), .word = {bytes}};
	memcpy(&m->word[1], typed + typed_from, bytes);
	typed_from += (u32)bytes;
	r->number = number;
	r->last = *m;
}

/* Gives a waiting reader what is typed. If it was cancelled meanwhile, it will ask for this answer by its number. */
static void serve_readers(void)
{
	for (struct reader *r = readers; r < readers + READERS && typed_from < typed_to; r++) {
		struct message m;

		if (!r->waits)
			continue;
		give(r, r->waits, r->bytes, &m);
		r->waits = 0;
		ipc(SYS_SEND, r->reply, &m);
	}
}

static bool read_or_wait(struct reader *r, struct message *m)
{
	u64 number = m->word[6];

	if (r->number == number) {
		*m = r->last;
		return true;
	}
	if (typed_from < typed_to) {
		give(r, number, m->word[0], m);
		return true;
	}
	r->bytes = MIN(m->word[0], (u64)TERMINAL_BYTES);
	/* Its call may have been cancelled since it was received: then it does not wait. */
	r->waits = cnode_save_caller(ROOT_CNODE, r->reply) == OK ? number : 0;
	return false;
}

static void write_once(struct reader *r, struct message *m)
{
	u64 number = m->word[6];

	if (r->number != number)
		take(m);
	m->tag = TAG(OK, 1);
	r->number = number;
	r->last = *m;
}

static void abandon(struct reader *r, struct message *m)
{
	u64 number = m->word[0];

	if (r->number == number) {
		terminal_counts.finished++;
		*m = r->last;
		return;
	}
	terminal_counts.abandoned++;
	if (r->waits == number)
		r->waits = 0;
	*m = (struct message){.tag = TAG(ERR_CANCELLED, 0)};
}

/* Whether an answer is due. */
static bool serve_one(struct message *m)
{
	struct reader *r = &readers[(m->badge - 1) % READERS];

	switch (TAG_LABEL(m->tag)) {
	case TERMINAL_TYPE:
		if (m->word[0] <= MIN((u64)TERMINAL_BYTES, sizeof(typed) - typed_to)) {
			memcpy(typed + typed_to, &m->word[1], m->word[0]);
			typed_to += (u32)m->word[0];
		}
		serve_readers();
		break;
	case TERMINAL_READ: return read_or_wait(r, m);
	case TERMINAL_ABANDON: abandon(r, m); return true;
	default: write_once(r, m); return true;
	}
	m->tag = TAG(OK, 1);
	return true;
}

static void serve(u64 unused)
{
	struct message m = {0};
	bool owed = false;

	(void)unused;
	for (;;) {
		if (ipc(owed ? SYS_REPLY_RECV : SYS_RECV, own, &m) != OK)
			return;
		owed = serve_one(&m);
		if (!owed)
			m.tag = 0;
	}
}

void terminal_type(const char *text)
{
	struct message m = {
		.tag = TAG(TERMINAL_TYPE, 7), .word = {MIN(strlen(text), (u64)TERMINAL_BYTES)}};

	memcpy(&m.word[1], text, m.word[0]);
	EXPECT(OK, ipc(SYS_CALL, own, &m));
}

u32 terminal_readers(void)
{
	u32 count = 0;

	for (struct reader *r = readers; r < readers + READERS; r++)
		count += r->waits != 0;
	return count;
}

void terminal_begin(cap_t endpoint)
{
	own = endpoint;
	for (struct reader *r = readers; r < readers + READERS; r++)
		r->reply = kit_make(CAP_REPLY, 0);
	terminal_clear();
	kit_thread(serve, 0, KIT_PRIORITY - 4);
}
