/* Locks of two clients, whose server ends after any store. */
#include "tested.h"

static enum microk_status lock(cap_t file, cap_t owner, u32 kind, u64 start, u64 length)
{
	return file_lock(
		file,
		&(struct file_lock_args){
			.kind = kind,
			.start = start,
			.length = length,
			.holder = 7,
			.owner = owner});
}

static u32 found(cap_t file, u64 start, struct file_lock_test_result *out)
{
	CHECK(file_lock_test(
		      file,
		      &(struct file_lock_test_args){
			      .kind = LOCK_WRITE, .start = start, .length = 1, .owner = file},
		      out) == OK);
	return out->found;
}

/* A lock in the middle of another one changes three records: all of them, or none. */
static void end_anywhere(cap_t a, cap_t b)
{
	struct file_lock_test_result l;

	for (u64 after = 1; after < 60; after++) {
		CHECK(lock(a, a, LOCK_WRITE, 0, 100) == OK);
		tested_die_after = tested_limits.ends ? after : 0;
		CHECK(lock(a, a, LOCK_NONE, 40, 20) == OK);
		tested_die_after = 0;
		CHECK(found(b, 10, &l) == LOCK_WRITE && l.at == 0 && l.bytes == 40 &&
		      l.holder == 7);
		CHECK(found(b, 50, &l) == LOCK_NONE);
		CHECK(found(b, 99, &l) == LOCK_WRITE && l.at == 60 && l.bytes == 40);
		CHECK(lock(a, a, LOCK_NONE, 0, 0) == OK && found(b, 10, &l) == LOCK_NONE);
	}
}

static void take_too_many(cap_t a)
{
	u64 count = 0;

	while (count < 1000 && lock(a, a, LOCK_WRITE, count * 2, 1) == OK)
		count++;
	CHECK(count == 48);
	CHECK(lock(a, a, LOCK_WRITE, count * 2, 1) == ERR_NO_SPACE);
	CHECK(lock(a, a, LOCK_NONE, 0, 0) == OK);
}

void test_locks(void)
{
	cap_t foreign = kernel_notification();
	u64 before = everything();
	cap_t a = must_open(root, "f", OPEN_CREATE | OPEN_WRITE),
	      b = must_open(root, "f", OPEN_WRITE);
	cap_t reader = must_open(root, "f", 0);
	struct file_lock_test_result l;

	CHECK(lock(a, a, LOCK_READ, 0, 0) == OK && lock(b, b, LOCK_READ, 5, 5) == OK);
	CHECK(lock(b, b, LOCK_WRITE, 5, 5) == ERR_WOULD_BLOCK);
	CHECK(lock(reader, reader, LOCK_WRITE, 5, 5) == ERR_RIGHTS);
	CHECK(lock(a, foreign, LOCK_READ, 0, 1) == ERR_TYPE);
	CHECK(lock(a, a, 9, 0, 1) == ERR_ARG && lock(a, a, LOCK_READ, ~0ul, 1) == ERR_RANGE);
	CHECK(lock(a, a, LOCK_READ, 1, INT64_MAX) == ERR_RANGE);
	CHECK(lock(a, a, LOCK_NONE, 0, 0) == OK && lock(b, b, LOCK_NONE, 0, 0) == OK);
	end_anywhere(a, b);
	take_too_many(a);
	/* With the owner's last capability its locks go, and the locks of others stay; also if the instance ends meanwhile. */
	CHECK(lock(a, a, LOCK_WRITE, 0, 10) == OK && lock(b, b, LOCK_WRITE, 20, 10) == OK);
	tested_die_after = tested_limits.ends ? 1 : 0;
	drop(a);
	tested_die_after = 0;
	CHECK(found(reader, 5, &l) == LOCK_NONE && found(reader, 25, &l) == LOCK_WRITE);
	drop(b), drop(reader);
	CHECK(dir_unlink(root, &(struct dir_unlink_args){.path = "f"}) == OK);
	CHECK(everything() == before);
}
