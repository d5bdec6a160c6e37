/* Directories in memory: names are sorted here, since a file system lists them in its own order. */
#include "user/shell/listing.h"
#include "lib/microk/string.h"
#include "user/shell/sort.h"

static struct listing listing;
static struct entry entries[LISTING_MAX];

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

enum microk_status listing_read(const char *path, const struct listing **out)
{
	struct stream s;
	struct entry *e = entries, more;
	enum microk_status status = stream_open(&s, path, OPEN_DIRECTORY);

	if (status != OK)
		return status;
	listing.count = 0;
	while (listing.count < LISTING_MAX) {
		status = stream_entry(&s, listing.count, e);
		if (status != OK)
			break;
		listing.entry[listing.count++] = e++;
	}
	listing.cut = status == OK && stream_entry(&s, listing.count, &more) == OK;
	stream_close(&s);
	if (status != OK && status != ERR_NOT_FOUND)
		return status;
	sort(&listing, listing.count, before, swap);
	*out = &listing;
	return OK;
}
