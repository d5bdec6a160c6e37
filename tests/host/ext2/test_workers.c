/*
 * Several workers under one lock, as coroutines: one runs until it sleeps, and only a wake of the address it sleeps on makes it
 * run again. So a wake that is lost, two that wait for each other, and a page or inode that changes during a wait show.
 *
 *     test_workers IMAGE SEED STEPS
 */
#include "kit.h"
#include "tests/host/check.h"
#include <ucontext.h>

#define WORKERS 5u
#define STACK (256u * 1024)
#define FILE_BYTES 150000u

static struct worker {
	ucontext_t context;
	const void *on; /* NULL: it can run */
	bool ended;
	u64 id[4], bytes[4];
	u64 last; /* the file that it looked at last, which may be gone */
	u8 *data[4];
	unsigned long random;
} workers[WORKERS];
static ucontext_t scheduler;
static struct worker *now; /* NULL: the main program */
static struct kit k;
static u32 steps;
static u64 sleeps;

static void worker_sleep(struct waits *w, const void *on)
{
	(void)w;
	if (!now) {
		cache_poll(&k.cache, 0, true);
		return;
	}
	sleeps++;
	now->on = on;
	swapcontext(&now->context, &scheduler);
}

static void worker_wake(struct waits *w, const void *on)
{
	(void)w;
	for (u32 n = 0; n < WORKERS; n++)
		if (workers[n].on == on)
			workers[n].on = NULL;
}

static u64 worker_self(struct waits *w)
{
	(void)w;
	return now ? (u64)(now - workers) + 1 : WORKERS + 1;
}

static void check_data(struct worker *w, u32 file)
{
	u8 *got = malloc(FILE_BYTES + 1);
	u64 done, at = 0;

	do {
		CHECK(kit_read(&k, w->id[file], at, FILE_BYTES + 1 - at, got + at, &done) == OK);
		at += done;
	} while (done);
	CHECK(at == w->bytes[file] && !memcmp(got, w->data[file], at));
	free(got);
}

/* A worker can come too late, with the id of a file that another has removed, while its number is given to a new one. */
static void look_at_another(struct worker *w)
{
	const struct worker *other = &workers[random_next(&w->random) % WORKERS];
	u64 id = other->last;
	struct fs_attributes a;
	enum microk_status status;

	if (!id)
		return;
	status = ext2_attributes(k.fs, id, &a);
	CHECK(status == OK || status == ERR_NOT_FOUND);
}

/* One file: written, cut, read, moved between the directories that all share, and removed. */
static void step(struct worker *w, u64 directory[2], u32 file, char *name, u32 *where)
{
	static const struct fs_new new = {.kind = KIND_FILE, .mode = 0600};
	u32 what = (u32)(random_next(&w->random) % 12);
	u64 offset = random_next(&w->random) % (FILE_BYTES - 20000),
	    size = 1 + random_next(&w->random) % 20000, done;
	struct fs_node node;

	look_at_another(w);
	w->last = w->id[file] ? w->id[file] : w->last;
	if (!w->id[file]) {
		snprintf(name, 40, "worker%lu_file%u_%lu", (u64)(w - workers), file,
			 random_next(&w->random) % 1000);
		*where = (u32)(random_next(&w->random) % 2);
		CHECK(ext2_make(k.fs, directory[*where], kit_name(name), &new, &node) == OK);
		w->id[file] = node.id;
		w->bytes[file] = 0;
		memset(w->data[file], 0, FILE_BYTES);
	} else if (what < 5) {
		for (u64 n = 0; n < size; n++)
			w->data[file][offset + n] = (u8)random_next(&w->random);
		CHECK(kit_write_all(&k, w->id[file], offset, size, w->data[file] + offset, &done) ==
		      OK);
		w->bytes[file] = MAX(w->bytes[file], offset + size);
	} else if (what < 8) {
		check_data(w, file);
	} else if (what == 8) {
		CHECK(ext2_truncate(k.fs, w->id[file], offset) == OK);
		memset(w->data[file] + offset, 0, FILE_BYTES - offset);
		w->bytes[file] = offset;
	} else if (what == 9) {
		CHECK(ext2_sync(k.fs, w->id[file]) == OK);
	} else if (what == 10) {
		CHECK(ext2_rename(k.fs, directory[*where], kit_name(name), directory[!*where],
				  kit_name(name), false) == OK);
		*where = !*where;
	} else {
		CHECK(ext2_unlink(k.fs, directory[*where], kit_name(name), false) == OK);
		CHECK(ext2_lookup(k.fs, directory[*where], kit_name(name), &node) == ERR_NOT_FOUND);
		w->id[file] = 0;
	}
}

static void work(void)
{
	struct worker *w = now;
	char name[4][40];
	u32 where[4];
	u64 directory[2];
	u32 kind;

	CHECK(kit_lookup(&k, "one", &directory[0], &kind) == OK);
	CHECK(kit_lookup(&k, "two", &directory[1], &kind) == OK);
	for (u32 n = 0; n < steps; n++) {
		u32 file = (u32)(random_next(&w->random) % 4);

		step(w, directory, file, name[file], &where[file]);
	}
	for (u32 file = 0; file < 4; file++)
		if (w->id[file])
			check_data(w, file);
	w->ended = true;
	swapcontext(&w->context, &scheduler);
}

/* Runs a worker that can; if none can, a completion must come. */
static bool schedule(unsigned long *random)
{
	u32 from = (u32)(random_next(random) % WORKERS), ended = 0;

	for (u32 n = 0; n < WORKERS; n++) {
		struct worker *w = &workers[(from + n) % WORKERS];

		ended += w->ended;
		if (w->ended || w->on)
			continue;
		now = w;
		swapcontext(&scheduler, &w->context);
		now = NULL;
		if (random_next(random) % 4 == 0)
			cache_poll(&k.cache, 0, false);
		return true;
	}
	if (ended == WORKERS)
		return false;
	/* A request may be one that no worker waits for. */
	for (u32 tries = 0; tries < 2 * CACHE_IOS; tries++) {
		cache_poll(&k.cache, 0, true);
		for (u32 n = 0; n < WORKERS; n++)
			if (!workers[n].ended && !workers[n].on)
				return true;
	}
	for (u32 n = 0; n < WORKERS; n++)
		printf("worker %u sleeps on %p\n", n, workers[n].on);
	printf("every worker waits, and no request is under way (the pages are at %p, the requests "
	       "at %p, operations at %p)\n",
	       (void *)k.cache.info, (void *)k.cache.io, (void *)&k.cache.change.gate);
	fflush(stdout);
	abort();
}

int main(int count, char **arguments)
{
	static const struct fs_new folder = {.kind = KIND_DIRECTORY, .mode = 0755};
	struct fs_node node;
	unsigned long random;

	if (count < 4)
		return 2;
	kit_load(arguments[1]);
	random = strtoul(arguments[2], NULL, 10) * 2 + 1;
	random_next(&random);
	kit_seed = random_next(&random) | 1;
	steps = (u32)strtoul(arguments[3], NULL, 10);
	kit_begin(&k, 512);
	k.waits = (struct waits){.sleep = worker_sleep, .wake = worker_wake, .self = worker_self};
	CHECK(kit_mount(&k) == OK);
	CHECK(ext2_make(k.fs, k.fs->root, kit_name("one"), &folder, &node) == OK);
	CHECK(ext2_make(k.fs, k.fs->root, kit_name("two"), &folder, &node) == OK);
	for (u32 n = 0; n < WORKERS; n++) {
		struct worker *w = &workers[n];

		w->random = random_next(&random) | 1;
		for (u32 file = 0; file < 4; file++)
			w->data[file] = calloc(1, FILE_BYTES);
		getcontext(&w->context);
		w->context.uc_stack.ss_sp = malloc(STACK);
		w->context.uc_stack.ss_size = STACK;
		makecontext(&w->context, work, 0);
	}
	while (schedule(&random))
		;
	CHECK(kit_unmount(&k) == OK);
	kit_settle(&k);
	kit_store(arguments[1]);
	CHECK(kit_report_count == 0);
	printf("%s%lu sleeps\n", kit_reports, sleeps);
	for (u32 n = 0; n < WORKERS; n++) {
		free(workers[n].context.uc_stack.ss_sp);
		for (u32 file = 0; file < 4; file++)
			free(workers[n].data[file]);
	}
	kit_free(&k);
	free(kit_image);
	return check_result("workers");
}
