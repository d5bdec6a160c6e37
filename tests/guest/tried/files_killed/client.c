#include "tests/guest/tried/files_killed/client.h"
#include "lib/microk/message.h"
#include "lib/microk/string.h"
#include "lib/microk/stub.h"

#define PATIENCE 10 /* deaths that one request may meet */

struct answer last;
u64 last_began, last_ended;

struct wanted {
	cap_t cap;
	u16 label;
	u32 count;
	u64 words[6];
	const void *bytes; /* after the words */
	u64 size;
	cap_t slot; /* for a capability of the answer */
};

/* Sends the request until the server that received it also answers. */
static void send(const struct wanted *w, struct message *m, struct answer *a)
{
	a->repeats = 0;
	for (;;) {
		u32 end = message_put(m, 0, w->words, w->count * sizeof(u64));

		end = message_put(m, end, w->bytes, w->size);
		m->tag = TAG(w->label, end);
		if (w->slot)
			stub_receive((const u32[]){(u32)w->slot}, 1);
		a->status = ipc(SYS_CALL, w->cap, m);
		stub_receive(NULL, 0);
		if (a->status != ERR_PEER_DIED || a->repeats == PATIENCE)
			return;
		a->repeats++;
	}
}

static void request_into(const struct wanted *w, struct message *m, struct answer *a)
{
	send(w, m, a);
	if (a->status == OK)
		a->status = (enum microk_status)TAG_LABEL(m->tag);
	a->word = m->word[0];
}

static void take_bytes(const struct message *m, struct answer *a)
{
	if (a->status == OK)
		message_get(m, 1, a->bytes, MIN(a->word, sizeof(a->bytes)));
}

static enum microk_status request(const struct wanted *w, struct message *m)
{
	last_began = now();
	request_into(w, m, &last);
	last_ended = now();
	kill_answered();
	return last.status;
}

static void put_name(u64 words[FILES_NAME_WORDS], const char *name)
{
	memset(words, 0, FILES_NAME_BYTES);
	memcpy(words, name, MIN(strlen(name), FILES_NAME_BYTES - 1ul));
}

enum microk_status file_open(cap_t directory, const char *name, u64 flags, cap_t *slot)
{
	struct message m;
	cap_t into = kit_slot();
	struct wanted w = {
		directory, FILES_OPEN, 2 + FILES_NAME_WORDS, {stub_number(), flags}, NULL, 0, into};

	put_name(w.words + 2, name);
	*slot = into;
	return request(&w, &m);
}

enum microk_status file_rename(cap_t directory, const char *from, const char *to)
{
	struct message m;
	struct wanted w = {
		directory, FILES_RENAME, 1 + 2 * FILES_NAME_WORDS, {stub_number()}, NULL, 0, 0};

	put_name(w.words + 1, from);
	put_name(w.words + 1 + FILES_NAME_WORDS, to);
	return request(&w, &m);
}

enum microk_status file_unlink(cap_t directory, const char *name)
{
	struct message m;
	struct wanted w = {
		directory, FILES_UNLINK, 1 + FILES_NAME_WORDS, {stub_number()}, NULL, 0, 0};

	put_name(w.words + 1, name);
	return request(&w, &m);
}

enum microk_status file_look(cap_t directory, const char *name)
{
	struct message m;
	struct wanted w = {.cap = directory, .label = FILES_LOOK, .count = FILES_NAME_WORDS};

	put_name(w.words, name);
	request(&w, &m);
	take_bytes(&m, &last);
	return last.status;
}

static struct wanted reading(cap_t file, u64 bytes, bool waits)
{
	return (struct wanted){file, FILES_READ, 3, {stub_number(), bytes, waits}, NULL, 0, 0};
}

enum microk_status file_read(cap_t file, u64 bytes, bool waits)
{
	struct message m;
	struct wanted w = reading(file, bytes, waits);

	request(&w, &m);
	take_bytes(&m, &last);
	return last.status;
}

void file_read_into(struct answer *a, cap_t file, u64 bytes, bool waits)
{
	struct message m;
	struct wanted w = reading(file, bytes, waits);

	request_into(&w, &m, a);
	take_bytes(&m, a);
}

enum microk_status file_write(cap_t file, u64 at, const void *bytes, u64 size)
{
	struct message m;
	struct wanted w = {file, FILES_WRITE, 3, {stub_number(), at, size}, bytes, size, 0};

	return request(&w, &m);
}

enum microk_status file_append(cap_t file, const void *bytes, u64 size)
{
	struct message m;
	struct wanted w = {file, FILES_APPEND, 2, {stub_number(), size}, bytes, size, 0};

	return request(&w, &m);
}

enum microk_status file_where(cap_t file, u64 *offset, u64 *size)
{
	struct message m;
	struct wanted w = {.cap = file, .label = FILES_WHERE};

	request(&w, &m);
	*offset = m.word[0];
	*size = m.word[1];
	return last.status;
}
