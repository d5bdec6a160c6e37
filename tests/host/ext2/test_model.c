/*
 * Random operations held against the model.
 *
 *     test_model IMAGE random SEED STEPS         with remounts; writes the image back
 *     test_model IMAGE deaths SEED STEPS [OUT]   the instance ends after chosen stores of each operation; its successor goes on
 *     test_model IMAGE cuts SEED STEPS OUT CUTS  the power goes at CUTS moments; writes each image to OUT and checks it
 */
#include "lib/state/state.h"
#include "model.h"
#include "tests/host/check.h"
#include <setjmp.h>
#include <sys/wait.h>

static struct kit k;
static struct model m;
static unsigned long random_now;
static u64 deaths, full;

/* ---- The end of an instance ---- */

static jmp_buf end;
static u64 moments, end_at; /* 0: it does not end */

void state_store(u64 *at, u64 value)
{
	*(volatile u64 *)at = value;
	if (++moments == end_at)
		longjmp(end, 1);
}

static bool must(bool holds, const char *text, const struct op *op)
{
	if (!holds) {
		printf("%s: %s\n%s", text, op ? op_text(op) : "", kit_reports);
		exit(1);
	}
	return holds;
}

/* ---- A request ---- */

static u64 *counter(void)
{
	return (u64 *)((u8 *)cache_extra(&k.cache) + sizeof(struct ext2_words));
}

/* The operation by the table and its number, in one change; as a server does it that must do it exactly once. */
static enum microk_status do_once(const struct op *op, u64 number, u64 *done, struct fs_node *out)
{
	enum microk_status status = op_do(&k, k.fs->ops, &m, op, done, out);

	if (!ext2_is_changing(k.fs))
		return status;
	if (status != OK) {
		ext2_abort(k.fs);
		return status;
	}
	change_write(&k.cache, counter(), &number, sizeof(number));
	return ext2_commit(k.fs);
}

/* ---- random ---- */

/* Every second one is a request, the others are changes of their own. */
static void step(const struct op *op, u32 number)
{
	struct fs_node out;
	u64 done;
	enum microk_status wanted = op_expect(&m, op), status;

	if (number % 2)
		status = do_once(op, number, &done, &out);
	else
		status = op_do(&k, &model_plain, &m, op, &done, &out);
	must(!ext2_is_changing(k.fs), "a request's change goes on", op);
	if (status == ERR_FULL && wanted == OK) {
		full++;
		return;
	}
	if (status != wanted)
		printf("status %d, wanted %d\n", status, wanted);
	must(status == wanted, "another status", op);
	if (status == OK)
		op_apply(&m, op, done, &out, number);
}

static void close_all(void)
{
	for (u32 n = 0; n < MODEL_NODES; n++)
		while (m.node[n].opens) {
			struct op op = {.kind = OP_CLOSE, .node = n};
			struct fs_node out;
			u64 done;

			op_do(&k, &model_plain, &m, &op, &done, &out);
			op_apply(&m, &op, 0, &out, 0);
		}
}

static void remount(void)
{
	close_all();
	must(kit_unmount(&k) == OK, "unmount", NULL);
	must(kit_mount(&k) == OK, "mount", NULL);
}

static void run_random(u32 steps)
{
	for (u32 n = 1; n <= steps; n++) {
		struct op op = op_choose(&m, &random_now);

		step(&op, n);
		if (getenv("MODEL_TRACE")) {
			printf("%u %s\n", n, op_text(&op));
			fflush(stdout);
		}
		if (n % (getenv("MODEL_TRACE") ? 1 : 64) == 0)
			must(model_same(&k, &m), "differs", &op);
		if (n % 400 == 0)
			remount();
		if (n % 50 == 0)
			ext2_tick(k.fs, kit_time);
	}
	must(model_same(&k, &m), "differs at the end", NULL);
}

/* ---- The power goes ---- */

static const char *cut_file; /* where images after a cut are written */

/* The device after the cut: all requests up to the last flush, and of those after it a choice. */
static void make_cut(const u8 *base, u32 cut, u64 seed)
{
	u32 flushed = 0;
	unsigned long r = seed * 2 + 1;

	for (u32 n = 0; n < cut; n++)
		if (kit_log[n].op == DISK_FLUSH)
			flushed = n;
	memcpy(kit_image, base, kit_image_bytes);
	for (u32 n = 0; n < cut; n++) {
		const struct kit_write *w = &kit_log[n];
		u64 bytes = w->bytes;

		if (w->op != DISK_WRITE || (n > flushed && seed % 4 && random_next(&r) % 2))
			continue;
		if (n > flushed && seed % 4 == 3) /* torn at a sector */
			bytes = random_next(&r) % (bytes / 512 + 1) * 512;
		memcpy(kit_image + w->sector * 512, w->data, bytes);
	}
}

/* The image was full of this byte before mke2fs: a file that has a run of it shows a block that was never written. */
#define STALE 0xee

static void check_stale(u64 directory, u32 depth, u32 cut)
{
	static u8 data[MODEL_BYTES];
	struct fs_entry l;

	for (u64 at = 0; ext2_entry(k.fs, directory, at, &l) == OK; at = l.next) {
		u64 done = 0;
		u32 run = 0;

		if (l.node.kind == KIND_DIRECTORY && depth && l.name[0] != '.')
			check_stale(l.node.id, depth - 1, cut);
		if (l.node.kind != KIND_FILE ||
		    kit_read(&k, l.node.id, 0, sizeof(data), data, &done) != OK)
			continue;
		for (u64 n = 0; n < done; n++) {
			run = data[n] == STALE ? run + 1 : 0;
			if (run == 32) {
				printf("cut %u: %s has bytes of a block that was never written\n",
				       cut, l.name);
				exit(1);
			}
		}
	}
}

static void command(const char *text, const char *file, int most, u32 cut)
{
	char line[600];
	int status;

	snprintf(line, sizeof(line), text, file);
	status = system(line);
	if (status < 0 || !WIFEXITED(status) || WEXITSTATUS(status) > most) {
		printf("cut %u: %s: status %d\n", cut, line, WEXITSTATUS(status));
		exit(1);
	}
}

/* ---- deaths ---- */

/* Everything that a repetition begins with. */
static struct {
	struct kit k;
	u8 *pool, *state, *private, *fs_private, *image;
} kept;

static u64 state_bytes_all(void)
{
	return cache_state_bytes(k.pages) + sizeof(struct ext2_words) + 64;
}

static void keep(void)
{
	kit_settle(&k);
	cache_poll(&k.cache, 0, false);
	kept.k = k;
	memcpy(kept.pool, k.pool, k.pages * PAGE_SIZE);
	memcpy(kept.state, k.state, state_bytes_all());
	memcpy(kept.private, k.private, cache_private_bytes(k.pages));
	memcpy(kept.fs_private, k.fs_private, ext2_private_bytes(KIT_NODES, KIT_NAMES));
	memcpy(kept.image, kit_image, kit_image_bytes);
}

static void restore(void)
{
	kit_settle(&k);
	k = kept.k;
	memcpy(k.pool, kept.pool, k.pages * PAGE_SIZE);
	memcpy(k.state, kept.state, state_bytes_all());
	memcpy(k.private, kept.private, cache_private_bytes(k.pages));
	memcpy(k.fs_private, kept.fs_private, ext2_private_bytes(KIT_NODES, KIT_NAMES));
	memcpy(kit_image, kept.image, kit_image_bytes);
}

static bool tries(const struct op *op, u64 number, u64 *done, struct fs_node *out,
		  enum microk_status *status)
{
	if (setjmp(end)) {
		end_at = 0;
		return false;
	}
	*status = do_once(op, number, done, out);
	end_at = 0;
	return true;
}

static void succeed(const struct op *op)
{
	deaths++;
	must(kit_mount(&k) == OK, "the successor's mount", op);
	model_reopen(&k, &m);
	must(ext2_reap(k.fs) == OK, "the successor's reap", op);
}

static bool same_outside(const struct op *op)
{
	static u8 data[MODEL_BYTES + 1];
	const struct model_node *n = &m.node[op->node];
	u64 at = 0, done;

	do {
		if (kit_read(&k, n->id, at, MODEL_BYTES + 1 - at, data + at, &done) != OK)
			return false;
		at += done;
	} while (done);
	for (u64 i = 0; i < at && at == n->bytes; i++)
		if (data[i] != n->data[i] && (i < op->offset || i >= op->offset + op->size))
			return false;
	return at == n->bytes;
}

/* The successor commits, and the power goes at some request since the operation began. */
static void cut_after_death(const struct op *op)
{
	kit_records = true;
	for (u32 n = 0; n < 3; n++) {
		struct op more = op_choose(&m, &random_now);
		struct fs_node out;
		u64 done;

		op_do(&k, &model_plain, &m, &more, &done, &out);
	}
	must(ext2_sync(k.fs, ~0ul) == OK, "the successor's sync", op);
	kit_records = false;
	kit_settle(&k);
	make_cut(kept.image, (u32)(random_next(&random_now) % (kit_log_count + 1)),
		 random_next(&random_now));
	kit_store(cut_file);
	command("e2fsck -p %s > /dev/null", cut_file, 1, 0);
	command("e2fsck -fn %s > /dev/null 2>&1", cut_file, 0, 0);
}

/* All is on the disk after a sync, though requests of the instance that ended were lost: another machine finds it. */
static void off_after_death(const struct op *op)
{
	struct model named = m;

	must(ext2_sync(k.fs, ~0ul) == OK, "the successor's sync", op);
	memset(k.state, 0, state_bytes_all());
	must(kit_mount(&k) == OK && ext2_reap(k.fs) == OK, "the other machine's mount", op);
	for (u32 n = 0; n < MODEL_NODES; n++)
		if (!named.node[n].links)
			named.node[n].used = false;
	must(model_same(&k, &named), "the other machine's files differ", op);
}

/* Ends the instance at one moment of the operation, and once more its successor. */
static void die_in(const struct op *op, u64 number, u64 at, struct model *before)
{
	struct fs_node out;
	enum microk_status status = OK, wanted = op_expect(&m, op);
	u64 done;

	moments = 0;
	end_at = at;
	kit_log_reset();
	kit_records = true;
	if (tries(op, number, &done, &out, &status))
		return;
	if (at % 3 == 0) { /* the successor ends, too */
		moments = 0;
		end_at = 1 + random_next(&random_now) % 40;
		if (!setjmp(end)) {
			kit_mount(&k);
			end_at = 0;
		}
		end_at = 0;
	}
	succeed(op);
	kit_records = false;
	if (cut_file && deaths % (op->kind >= OP_SYNC ? 2 : 16) == 0) {
		cut_after_death(op);
		return;
	}
	if (op->kind >= OP_SYNC && cut_file)
		off_after_death(op);
	if (op->kind >= OP_OPEN)
		return;
	bool was_done = *counter() == number;
	if (!was_done && op->kind == OP_WRITE && at % 2) {
		/* The client has gone, too: the bytes of the write may be there or not, and all others are as before. */
		must(ext2_sync(k.fs, ~0ul) == OK, "the sync after an undone write", op);
		must(same_outside(op), "undone, and differs outside of the write", op);
		return;
	}
	if (!was_done) {
		if (op->kind != OP_WRITE && op->kind != OP_CLOSE)
			must(model_same(&k, &m), "undone, and differs", op);
		status = do_once(op, number, &done, &out);
		if (status == ERR_FULL && wanted == OK)
			return;
		must(status == wanted, "done again with another status", op);
	} else {
		must(wanted == OK, "done, though it must fail", op);
		done = op->size;
		if (op->kind <= OP_SYMLINK)
			must(ext2_lookup(k.fs, m.node[op->directory].id, kit_name(op->name),
					 &out) == OK,
			     "done, and not there", op);
	}
	if (wanted != OK || (op->kind == OP_WRITE && was_done && op->size > 100000))
		return;
	model_copy(before, &m);
	op_apply(&m, op, done, &out, 1);
	must(model_same(&k, &m), was_done ? "done, and differs" : "done again, and differs", op);
	model_end(&m);
	m = *before;
}

static void run_deaths(u32 steps)
{
	static struct model before;

	kept.pool = malloc(k.pages * PAGE_SIZE);
	kept.state = malloc(state_bytes_all());
	kept.private = malloc(cache_private_bytes(k.pages));
	kept.fs_private = malloc(ext2_private_bytes(KIT_NODES, KIT_NAMES));
	kept.image = malloc(kit_image_bytes);
	for (u32 n = 1; n <= steps; n++) {
		struct op op = op_choose(&m, &random_now);
		struct fs_node out;
		u64 done, all, stride;

		keep();
		moments = 0;
		do_once(&op, n, &done, &out);
		all = moments;
		stride = all / 24 + 1;
		for (u64 at = 1 + random_next(&random_now) % stride; at <= all; at += stride) {
			restore();
			die_in(&op, n, at, &before);
		}
		restore();
		step(&op, n);
	}
	must(model_same(&k, &m), "differs at the end", NULL);
	printf("%lu deaths\n", deaths);
	free(kept.pool);
	free(kept.state);
	free(kept.private);
	free(kept.fs_private);
	free(kept.image);
}

/* ---- cuts ---- */

#define SNAPSHOTS 64u
static struct {
	struct model m;
	u32 step, log; /* taken after this step, after this number of requests */
} snapshot[SNAPSHOTS];
static u32 snapshots;
static u32 *log_at; /* the log's length at the beginning of each step */

/* The nodes that each step after the snapshot, and begun before the cut, changed. */
static u32 (*touched)[4];

static void note_touched(const struct op *op, u32 number)
{
	touched[number][0] = op->kind <= OP_SYMLINK ? 0 : model_find(&m, op->directory, op->name);
	touched[number][1] = op->kind == OP_RENAME ? model_find(&m, op->to, op->new_name) : 0;
	touched[number][2] = op->kind == OP_LINK || op->kind >= OP_WRITE ? op->node : 0;
}

static bool is_touched(const struct model *then, u32 entry, u32 from, u32 to)
{
	u32 node = then->entry[entry].node, directory = then->entry[entry].directory;

	for (;;) {
		for (u32 n = from; n <= to; n++)
			for (u32 i = 0; i < 3; i++)
				if (touched[n][i] == node)
					return true;
		if (!directory)
			return false;
		node = directory;
		directory = 0;
		for (u32 n = 1; n < MODEL_ENTRIES; n++)
			if (then->entry[n].node == node)
				directory = then->entry[n].directory;
	}
}

static bool find_path(const struct model *then, u32 directory, u64 *id)
{
	u64 parent;

	*id = k.fs->root;
	if (!directory)
		return true;
	for (u32 n = 1; n < MODEL_ENTRIES; n++)
		if (then->entry[n].node == directory) {
			struct fs_node node;
			const char *name = then->entry[n].name;

			if (!find_path(then, then->entry[n].directory, &parent) ||
			    ext2_lookup(k.fs, parent, kit_name(name), &node) != OK)
				return false;
			*id = node.id;
			return true;
		}
	return false;
}

/* Files synced before the cut, and not changed since, must be there. */
static u32 check_synced(u32 cut, u32 steps, const char *how)
{
	u32 s = snapshots, last = 0, checked = 0;

	while (s && snapshot[s - 1].log > cut)
		s--;
	if (!s--)
		return 0;
	while (last < steps && log_at[last + 1] <= cut)
		last++;
	for (u32 n = 1; n < MODEL_ENTRIES; n++) {
		const struct model *then = &snapshot[s].m;
		const struct model_entry *entry = &then->entry[n];
		struct model_node wanted = then->node[entry->node];
		struct fs_node node;
		u64 directory;

		if (!entry->node || is_touched(then, n, snapshot[s].step + 1, last))
			continue;
		if (!find_path(then, entry->directory, &directory) ||
		    ext2_lookup(k.fs, directory, kit_name(entry->name), &node) != OK) {
			printf("cut %u, %s: %s is missing\n", cut, how, entry->name);
			exit(1);
		}
		wanted.id = node.id;
		if (wanted.kind != KIND_DIRECTORY && !model_same_data(&k, &wanted)) {
			printf("cut %u, %s: %s has other bytes than those synced\n", cut, how,
			       entry->name);
			exit(1);
		}
		checked++;
	}
	return checked;
}

/* One cut: the guest's own mount repairs it, and e2fsck -p does, and both have what was synced. */
static u32 check_cut(const u8 *base, u32 cut, u32 steps, u64 seed, const char *out)
{
	u32 checked;

	make_cut(base, cut, seed);
	kit_store(out);
	kit_begin(&k, 512);
	must(kit_mount(&k) == OK && ext2_reap(k.fs) == OK, "the mount after the cut", NULL);
	checked = check_synced(cut, steps, "mounted");
	check_stale(k.fs->root, 8, cut);
	must(kit_unmount(&k) == OK, "the unmount after the cut", NULL);
	kit_free(&k);
	make_cut(base, cut, seed);
	command("e2fsck -p %s > /dev/null", out, 1, cut);
	command("e2fsck -fn %s > /dev/null 2>&1", out, 0, cut);
	kit_load(out);
	kit_begin(&k, 512);
	must(kit_mount(&k) == OK, "the mount after e2fsck", NULL);
	check_synced(cut, steps, "after e2fsck");
	must(kit_unmount(&k) == OK, "the unmount after e2fsck", NULL);
	kit_free(&k);
	return checked;
}

/* Every second one is just before a flush, when most requests can still be lost. */
static u32 some_cut(void)
{
	u32 cut = (u32)(random_next(&random_now) % (kit_log_count + 1));

	if (random_next(&random_now) % 2)
		return cut;
	while (cut < kit_log_count && kit_log[cut].op != DISK_FLUSH)
		cut++;
	return cut;
}

static void run_cuts(u32 steps, const char *out, u32 cuts)
{
	u8 *base = malloc(kit_image_bytes);
	u32 checked = 0;

	memcpy(base, kit_image, kit_image_bytes);
	log_at = calloc(steps + 2, sizeof(*log_at));
	touched = calloc(steps + 2, sizeof(*touched));
	kit_records = true;
	for (u32 n = 1; n <= steps; n++) {
		struct op op = op_choose(&m, &random_now);

		log_at[n] = kit_log_count;
		note_touched(&op, n);
		step(&op, n);
		if (op.kind == OP_SYNC_ALL && snapshots < SNAPSHOTS) {
			model_copy(&snapshot[snapshots].m, &m);
			snapshot[snapshots].step = n;
			snapshot[snapshots++].log = kit_log_count;
		}
	}
	log_at[steps + 1] = ~0u;
	kit_records = false;
	kit_settle(&k);
	kit_free(&k);
	for (u32 n = 0; n < cuts; n++)
		checked += check_cut(base, some_cut(), steps, random_next(&random_now), out);
	printf("%u requests, %u cuts, %u synced nodes looked at\n", kit_log_count, cuts, checked);
	for (u32 n = 0; n < snapshots; n++)
		model_end(&snapshot[n].m);
	free(base);
	free(log_at);
	free(touched);
	kit_log_reset();
}

int main(int count, char **arguments)
{
	u32 steps;

	if (count < 5)
		return 2;
	kit_load(arguments[1]);
	random_now = strtoul(arguments[3], NULL, 10) * 2 + 1;
	for (u32 n = 0; n < 8; n++)
		random_next(&random_now);
	kit_seed = random_now | 1;
	steps = (u32)strtoul(arguments[4], NULL, 10);
	kit_begin(&k, 512);
	must(kit_mount(&k) == OK, "mount", NULL);
	model_begin(&m, k.fs->root);
	m.node[0].links = 3; /* lost+found */
	if (!strcmp(arguments[2], "cuts")) {
		run_cuts(steps, arguments[5], (u32)strtoul(arguments[6], NULL, 10));
	} else {
		if (!strcmp(arguments[2], "random"))
			run_random(steps);
		else {
			cut_file = count > 5 ? arguments[5] : NULL;
			run_deaths(steps);
		}
		close_all();
		must(kit_unmount(&k) == OK, "unmount", NULL);
		kit_settle(&k);
		kit_store(arguments[1]);
		must(kit_report_count == 0, "a report", NULL);
		kit_free(&k);
	}
	model_end(&m);
	free(kit_image);
	printf("%lu operations found the disk full\n", full);
	return check_result(arguments[2]);
}
