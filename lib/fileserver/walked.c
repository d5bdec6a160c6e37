#include "lib/fileserver/walked.h"
#include "lib/fileserver/mount.h"
#include "lib/microk/string.h"

#define WALKS 64u /* a power of two */

struct walked {
	u64 names; /* mount_names, as it was; 0: unused */
	u32 length;
	bool whole;
	struct path_start start;
	struct place place, parent;
	char text[WALKED_BYTES];
};

static struct walked all[WALKS];

static u64 word_of(const char *at)
{
	u64 word;

	__builtin_memcpy(&word, at, sizeof(word));
	return word;
}

static u64 mixed(u64 h, u64 word)
{
	h = (h ^ word) * 0x9e3779b97f4a7c15ul;
	return h ^ h >> 32;
}

/* By words, of which the last two may overlap. */
static struct walked *entry_of(const char *path, size_t length, bool whole)
{
	u64 h = length << 1 | whole;

	if (length < 8)
		for (size_t i = 0; i < length; i++)
			h = mixed(h, (u8)path[i]);
	else
		for (size_t i = 0; i < length; i += 8)
			h = mixed(h, word_of(path + MIN(i, length - 8)));
	return &all[(h ^ h >> 32) % WALKS];
}

static bool is_same(const struct place *a, const struct place *b)
{
	return a->fs == b->fs && a->node.id == b->node.id;
}

bool walked_find(const struct path_start *start, const char *path, size_t length, bool whole,
		 struct place *place, struct place *parent)
{
	const struct walked *w;

	if (length > WALKED_BYTES)
		return false;
	w = entry_of(path, length, whole);
	if (!w->names || w->length != length || w->whole != whole ||
	    !is_same(&w->start.at, &start->at) || !is_same(&w->start.root, &start->root) ||
	    memcmp(w->text, path, length) != 0 || w->names != mount_names(!whole))
		return false;
	*place = w->place;
	*parent = w->parent;
	return true;
}

void walked_keep(const struct path_start *start, const char *path, size_t length, bool whole,
		 const struct place *place, const struct place *parent)
{
	struct walked *w;

	if (length > WALKED_BYTES)
		return;
	w = entry_of(path, length, whole);
	w->names = mount_names(!whole);
	w->length = (u32)length;
	w->whole = whole;
	w->start = *start;
	w->place = *place;
	w->parent = *parent;
	memcpy(w->text, path, length);
}
