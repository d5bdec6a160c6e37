/* Directories in memory: names are sorted here, since a file system lists them in its own order. */
#include "user/shell/listing.h"
#include "lib/microk/string.h"
#include "lib/namespace/namespace.h"
#include "user/shell/path.h"
#include "user/shell/scratch.h"
#include "user/shell/sort.h"

static struct listing listing;
static struct entry *const entries =
	(struct entry *)shell_scratch; /* sorted before a large command begins */
_Static_assert(LISTING_MAX * sizeof(struct entry) <= SCRATCH_BYTES, "they fit");

/* Orders numbers by value, so that 9 comes before 10, and all other names by their bytes. */
static int compare(const char *a, const char *b)
{
	u64 x, y;

	if (string_number(a, &x) && string_number(b, &y) && x != y)
		return x < y ? -1 : 1;
	return strcmp(a, b);
}

static bool before(void *context, size_t i, size_t j)
{
	struct listing *l = context;

	return compare(l->entry[i]->name, l->entry[j]->name) < 0;
}

static void swap(void *context, size_t i, size_t j)
{
	struct listing *l = context;
	struct entry *e = l->entry[i];

	l->entry[i] = l->entry[j];
	l->entry[j] = e;
}

static bool has(const char *name, size_t length)
{
	for (u32 i = 0; i < listing.count; i++)
		if (strlen(listing.entry[i]->name) == length &&
		    memcmp(listing.entry[i]->name, name, length) == 0)
			return true;
	return false;
}

/* Adds the directories that the namespace joins to this one, which the server of the directory does not know. */
static void add_joined(const char *directory)
{
	size_t length = strcmp(directory, "/") == 0 ? 0 : strlen(directory);
	const char *prefix;

	for (u32 i = 0; (prefix = namespace_prefix(i)) && listing.count < LISTING_MAX; i++) {
		if (strncmp(prefix, directory, length) != 0 || prefix[length] != '/' ||
		    prefix[length + 1] == '\0')
			continue;
		const char *name = prefix + length + 1;
		size_t bytes = 0;
		while (name[bytes] && name[bytes] != '/')
			bytes++;
		if (has(name, bytes))
			continue;
		struct entry *e = &entries[listing.count];
		*e = (struct entry){.kind = KIND_DIRECTORY};
		memcpy(e->name, name, bytes);
		listing.entry[listing.count++] = e;
	}
}

enum microk_status listing_read(const char *path, const struct listing **out)
{
	char absolute[FILE_PATH_MAX + 1];
	struct stream s;
	struct entry more;
	u64 cookie = 0;
	enum microk_status status = stream_open(&s, path, OPEN_DIRECTORY);

	if (status != OK)
		return status;
	listing.count = 0;
	while (listing.count < LISTING_MAX) {
		struct entry *e = &entries[listing.count];
		status = stream_entry(&s, &cookie, e);
		if (status != OK)
			break;
		listing.entry[listing.count++] = e;
	}
	listing.cut = status == OK && stream_entry(&s, &cookie, &more) == OK;
	stream_close(&s);
	if (status != OK && status != ERR_NOT_FOUND)
		return status;
	if (path_absolute(stream_cwd(), path, absolute))
		add_joined(absolute);
	sort(&listing, listing.count, before, swap);
	*out = &listing;
	return OK;
}
