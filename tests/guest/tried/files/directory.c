/* Requests by a directory's capability: there is one directory, and its files are found by their names. */
#include "lib/microk/message.h"
#include "tests/guest/tried/files/server.h"

/* The file of the name that begins at word `first` of the request; NULL if there is none. */
static const struct file *find(const struct message *m, u32 first)
{
	for (u32 i = 0; i < FILES_MOST; i++) {
		const struct file *f = &data->files[i];

		if (f->use == FILE_NAMED && f->name[0] == m->word[first] &&
		    f->name[1] == m->word[first + 1])
			return f;
	}
	return NULL;
}

static const struct file *find_free(void)
{
	for (u32 i = 0; i < FILES_MOST; i++)
		if (data->files[i].use == FILE_FREE)
			return &data->files[i];
	return NULL;
}

static u64 index_of(const struct file *f)
{
	return (u64)(f - data->files);
}

/* Takes the name from a file; it goes at once if no description refers to it. */
static void remove_name(const struct file *f)
{
	u64 use = FILE_FREE;

	for (u32 d = 0; d < FILES_MOST; d++)
		if (data->descriptions[d].file == index_of(f) + 1)
			use = FILE_ORPHAN;
	keep_word(&f->use, use);
}

static void name_file(const struct file *f, const struct message *m, u32 first)
{
	keep_write(f->name, &m->word[first], sizeof(f->name));
}

enum microk_status open_act(const struct call *c, struct kept_reply *r)
{
	const struct message *m = c->message;
	u64 flags = m->word[1];
	u32 d = handle_free();
	const struct file *f = find(m, 2), *fresh = f ? NULL : find_free();

	if (f ? flags & FILES_EXCLUSIVE : !(flags & FILES_CREATE))
		return f ? ERR_EXISTS : ERR_NOT_FOUND;
	if (d == FILES_MOST || (!f && !fresh))
		return ERR_NO_SPACE;
	if (fresh) {
		f = fresh;
		name_file(f, m, 2);
		keep_word(&f->size, 0);
		keep_word(&f->use, FILE_NAMED);
	}
	struct description made = {index_of(f) + 1, 0, c->badge, r->number};
	keep_write(&data->descriptions[d], &made, sizeof(made));
	keep_slot(DESCRIPTION_BADGE(d), true);
	r->words[0] = d;
	return OK;
}

enum microk_status open_answer(struct call *c, const struct kept_reply *r)
{
	u32 d = (u32)r->words[0];
	enum microk_status status = handle_give(d);

	if (status != OK)
		return status;
	c->message->tag = TAG(OK, 1) | 1ul << TAG_CAPS_SHIFT;
	c->message->word[0] = d;
	c->given = d + 1;
	return OK;
}

enum microk_status rename_act(const struct call *c, struct kept_reply *r)
{
	const struct file *from = find(c->message, 1), *to = find(c->message, 3);

	(void)r;
	if (!from)
		return ERR_NOT_FOUND;
	if (from == to)
		return OK;
	if (to)
		remove_name(to);
	name_file(from, c->message, 3);
	return OK;
}

enum microk_status unlink_act(const struct call *c, struct kept_reply *r)
{
	const struct file *f = find(c->message, 1);

	(void)r;
	if (!f)
		return ERR_NOT_FOUND;
	remove_name(f);
	return OK;
}

enum microk_status look(struct call *c)
{
	const struct file *f = find(c->message, 0);

	if (!f)
		return ERR_NOT_FOUND;
	c->message->word[0] = f->size;
	c->message->tag = TAG(OK, message_put(c->message, 1, f->bytes, f->size));
	return OK;
}
