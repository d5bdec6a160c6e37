/*
 * A small file server that keeps everything in its state area: files, open descriptions with their offsets, and the last
 * replies. It can be ended after any of its instructions; the next instance goes on.
 */
#include "lib/microk/message.h"
#include "lib/microk/server.h"
#include "lib/microk/startup.h"
#include "tests/guest/tried/files/server.h"

static enum microk_status no_answer(struct call *c, const struct kept_reply *r)
{
	c->message->tag = TAG(OK, 1);
	c->message->word[0] = r->words[0];
	return OK;
}

static const struct numbered numbered[] = {
	[FILES_OPEN] = {open_act, open_answer, 2 + FILES_NAME_WORDS},
	[FILES_RENAME] = {rename_act, no_answer, 1 + 2 * FILES_NAME_WORDS},
	[FILES_UNLINK] = {unlink_act, no_answer, 1 + FILES_NAME_WORDS},
	[FILES_READ] = {read_act, read_answer, 3},
	[FILES_WRITE] = {write_act, no_answer, 3},
	[FILES_APPEND] = {append_act, no_answer, 2},
};

enum microk_status serve_numbered(const struct numbered *n, struct call *c)
{
	struct kept_reply r = {.badge = c->badge, .number = c->message->word[0]};
	enum microk_status status;

	if (c->length < n->words)
		return ERR_PROTOCOL;
	status = keep_reply_find(&r);
	if (status == ERR_NOT_FOUND) {
		keep_begin();
		status = n->act(c, &r);
		if (status != OK) {
			keep_abort();
			return status;
		}
		keep_reply(&r);
		status = keep_commit();
	}
	if (status != OK)
		return status;
	return n->answer(c, &r);
}

/* The description of the badge is in use. */
static bool is_description(u64 badge)
{
	return badge && badge <= FILES_MOST && data->descriptions[badge - 1].file;
}

static enum microk_status serve_directory(u16 label, struct call *c)
{
	if (label == FILES_LOOK)
		return look(c);
	if (label < FILES_OPEN || label > FILES_LOOK)
		return ERR_METHOD;
	handles_confirm(c->badge, c->message->word[0]);
	if (label == FILES_OPEN && handle_free() == FILES_MOST)
		handles_sweep();
	return serve_numbered(&numbered[label], c);
}

static enum microk_status serve_description(u16 label, struct call *c)
{
	enum microk_status status;

	if (label == FILES_WHERE)
		return where(c);
	if (label < FILES_READ || label > FILES_APPEND)
		return ERR_METHOD;
	status = serve_numbered(&numbered[label], c);
	return status == STATUS_DEFERRED ? wait_begin(c) : status;
}

/* Of the state area. If it is damaged, every request is refused. */
static enum microk_status opened;

/* Whether an answer, in *m, must still be sent. */
static bool serve(struct message *m)
{
	struct call c = {.message = m, .badge = m->badge, .length = TAG_LENGTH(m->tag)};
	u16 label = TAG_LABEL(m->tag);
	enum microk_status status = ERR_PROTOCOL;

	if (opened != OK)
		status = ERR_IO;
	else if (m->badge >= FILES_ROOT)
		status = serve_directory(label, &c);
	else if (is_description(m->badge))
		status = serve_description(label, &c);
	if (status == STATUS_DEFERRED)
		return false;
	if (status != OK)
		m->tag = TAG(status, 0);
	if (label == FILES_WRITE || label == FILES_APPEND)
		wait_serve();
	if (!c.given)
		return true;
	if (ipc(SYS_REPLY, 0, m) == OK)
		handle_given(c.given - 1);
	return false;
}

int main(void)
{
	struct message m = {0};
	cap_t endpoint = grant_find(FILES_GRANT_ENDPOINT);
	bool owed = false;

	opened = keep_open();
	if (opened == OK)
		handles_sweep();
	for (;;) {
		if (!owed)
			m.tag = 0;
		switch (ipc(owed ? SYS_REPLY_RECV : SYS_RECV, endpoint, &m)) {
		case OK: owed = serve(&m); break;
		case ST_CLOSED:
			if (opened == OK)
				handle_closed(m.badge);
			owed = false;
			break;
		default: owed = false;
		}
	}
}
