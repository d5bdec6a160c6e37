/*
 * A request that its client has given up. If it waits for the disk it has had no effect, and is dropped. If it was
 * served, its answer is made again as for a repeated request: it is served under its number, with arguments that do
 * not matter any more.
 */
#include "lib/fileserver/once.h"
#include "lib/fileserver/serve_parts.h"
#include "lib/fileserver/waiting.h"

/* The words before the payloads, of which the number is the last, of each operation that is `once`; 0 of others.
 * Those of an operation without results are not needed, only that there are some. */
static u32 fixed_words(u16 label)
{
	switch (label) {
	case FILE_LABEL_READ:
	case FILE_LABEL_WRITE: return 2;
	case FILE_LABEL_SEEK:
	case FILE_LABEL_WRITE_AT:
	case FILE_LABEL_READ_LENT:
	case FILE_LABEL_WRITE_LENT: return 3;
	case FILE_LABEL_WRITE_LENT_AT:
	case DIR_LABEL_OPEN: return 4;
	default: return 0;
	}
}

/* Only such a request's number is one; that of another is a part of it. */
static bool is_numbered(u16 label)
{
	switch (label) {
	case DIR_LABEL_MKDIR:
	case DIR_LABEL_MAKE:
	case DIR_LABEL_UNLINK:
	case DIR_LABEL_RENAME:
	case DIR_LABEL_RENAME_TO:
	case DIR_LABEL_LINK_TO:
	case DIR_LABEL_SYMLINK:
	case FILE_LABEL_LOCK: return true;
	default: return fixed_words(label) > 0;
	}
}

/* The bytes are in the frame already. They are not copied again: this message does not say where. */
static enum microk_status read_lent_again(struct request *r, const struct kept *k)
{
	r->message->tag = TAG(OK, 1);
	r->message->word[0] = kept_count(k);
	return OK;
}

enum microk_status serve_abandoned(struct request *r)
{
	enum microk_status status;
	struct kept k;

	if (waiting_drop(r->badge, r->number, is_numbered) || !once_find_any(r, &k, &status))
		return ERR_CANCELLED;
	u32 words = fixed_words(kept_label(&k));
	r->message->tag = TAG(OK, 0);
	if (words == 0)
		return OK;
	if (kept_label(&k) == FILE_LABEL_READ_LENT)
		return read_lent_again(r, &k);
	/* In a message of its own: if the answer needs the disk, the client's is served again. */
	struct message m = {.tag = TAG(ERR_PROTOCOL, 0)};
	struct request again = *r;
	again.message = &m;
	again.label = kept_label(&k);
	again.length = (u8)words;
	m.word[words - 1] = r->number;
	serve_route(&again);
	if (TAG_LABEL(m.tag) == OK)
		*r->message = m;
	return (enum microk_status)TAG_LABEL(m.tag);
}
