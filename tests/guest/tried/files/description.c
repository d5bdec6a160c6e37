/* Requests by the capability of an open description. */
#include "lib/microk/message.h"
#include "lib/microk/server.h"
#include "tests/guest/tried/files/server.h"

static const struct description *description_of(const struct call *c)
{
	return &data->descriptions[c->badge - 1];
}

static const struct file *file_of(const struct call *c)
{
	return &data->files[description_of(c)->file - 1];
}

/* The reply that is kept has the old offset and the size: the bytes are read again. */
enum microk_status read_act(const struct call *c, struct kept_reply *r)
{
	const struct description *d = description_of(c);
	u64 size = file_of(c)->size, left = size > d->offset ? size - d->offset : 0;

	r->words[0] = d->offset;
	r->words[1] = MIN(c->message->word[1], left);
	if (!r->words[1] && c->message->word[2])
		return STATUS_DEFERRED;
	keep_word(&d->offset, d->offset + r->words[1]);
	return OK;
}

enum microk_status read_answer(struct call *c, const struct kept_reply *r)
{
	c->message->word[0] = r->words[1];
	c->message->tag =
		TAG(OK, message_put(c->message, 1, file_of(c)->bytes + r->words[0], r->words[1]));
	return OK;
}

/* Bytes of the message, from word `first` on, to the place `at` of the file; zeros between its end and that. */
static enum microk_status put(const struct call *c, struct kept_reply *r, u32 first, u64 at,
			      u64 bytes)
{
	static const u8 zeros[FILES_BYTES];
	u8 buffer[FILES_BYTES];
	const struct file *f = file_of(c);

	if (at > FILES_BYTES || bytes > FILES_BYTES - at)
		return ERR_NO_SPACE;
	if (c->length < first + MESSAGE_WORDS(bytes))
		return ERR_PROTOCOL;
	message_get(c->message, first, buffer, bytes);
	if (at > f->size)
		keep_write(f->bytes + f->size, zeros, at - f->size);
	keep_write(f->bytes + at, buffer, bytes);
	keep_word(&f->size, MAX(f->size, at + bytes));
	r->words[0] = f->size;
	return OK;
}

enum microk_status write_act(const struct call *c, struct kept_reply *r)
{
	return put(c, r, 3, c->message->word[1], c->message->word[2]);
}

enum microk_status append_act(const struct call *c, struct kept_reply *r)
{
	return put(c, r, 2, file_of(c)->size, c->message->word[1]);
}

enum microk_status where(struct call *c)
{
	c->message->word[0] = description_of(c)->offset;
	c->message->word[1] = file_of(c)->size;
	c->message->tag = TAG(OK, 2);
	return OK;
}
