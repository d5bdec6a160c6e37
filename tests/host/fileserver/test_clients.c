/* Clients that die, repeat, give up, take too much, or take back what they lent. */
#include "tested.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/message.h"
#include "lib/microk/startup.h"
#include "lib/microk/stub.h"

/* A request of a client that has its own idea of numbers: opens "f" under `number`. */
static enum microk_status open_flags_numbered(cap_t directory, u32 flags, u64 number, u32 slot)
{
	struct message m = {.word = {flags, 0, 1, number}};
	u32 length = message_put(&m, 4, "f", 1);

	m.tag = STUB_TAG(DIR_LABEL_OPEN, length, 0, number);
	stub_receive(&slot, 1);
	ipc(SYS_CALL, directory, &m);
	stub_receive(NULL, 0);
	return stub_answer(&m, &slot, 1);
}

static enum microk_status open_numbered(cap_t directory, u64 number, u32 slot)
{
	return open_flags_numbered(directory, 0, number, slot);
}

static enum microk_status mkdir_numbered(cap_t directory, u64 number)
{
	struct message m = {.word = {0755, 1, number}};
	u32 length = message_put(&m, 3, "d", 1);

	m.tag = STUB_TAG(DIR_LABEL_MKDIR, length, 0, number);
	ipc(SYS_CALL, directory, &m);
	return stub_answer(&m, NULL, 0);
}

/* A capability with fewer rights, and a client's numbers, which its holder guesses. */
void test_guessed_numbers(void)
{
	struct dir_stat_result there;
	cap_t guest = kernel_mint(server, RIGHT_WRITE | RIGHT_GRANT | DIR_RIGHT_READ, 5);
	u64 before = everything();
	u32 slot = (u32)take_slot(), guest_slot = (u32)take_slot();

	drop(must_open(root, "f", OPEN_CREATE | OPEN_WRITE));
	u64 number = stub_number();
	CHECK(open_flags_numbered(root, OPEN_WRITE, number, slot) == OK);
	/* It does not get the file that it may not open so. */
	CHECK(open_numbered(guest, number, guest_slot) == ERR_RIGHTS && !kernel_has(guest_slot));
	drop(slot);
	/* Nor does its open stand for a later request of the client. */
	number = stub_number();
	CHECK(open_numbered(guest, number, guest_slot) == OK);
	CHECK(mkdir_numbered(root, number) == ERR_STATE);
	CHECK(dir_stat(root, &(struct dir_stat_args){.path = "d"}, &there) == ERR_NOT_FOUND);
	drop(guest_slot);
	CHECK(dir_unlink(root, &(struct dir_unlink_args){.path = "f"}) == OK);
	CHECK(everything() == before);
}

void test_doubts(void)
{
	enum microk_status s;
	struct file_stat_result is;
	u64 before = everything();
	cap_t f = must_open(root, "f", OPEN_CREATE | OPEN_WRITE);

	CHECK(write_text(f, "12345") == OK);
	drop(f);
	/* A repeated request has the same answer, and no second description. */
	cap_t one = take_slot(), two = take_slot(), other = kernel_mint(server, RIGHTS_RW, 8);
	u64 number = stub_number();
	CHECK(open_numbered(root, number, (u32)one) == OK &&
	      open_numbered(root, number, (u32)two) == OK);
	CHECK(tested_descriptions() == 1 && file_stat(one, &is) == OK && is.size == 5);
	drop(one), drop(two);
	CHECK(tested_descriptions() == 0);
	/* Repeated after the file was closed, it is not answered with another client's file. */
	one = take_slot(), two = must_open(other, "f", 0);
	CHECK(open_numbered(root, number, (u32)one) == ERR_STATE && !kernel_has(one));
	drop(two);
	kernel_thread(1);
	two = must_open(root, "f", 0); /* nor with its own thread's */
	kernel_thread(0);
	CHECK(open_numbered(root, number, (u32)one) == ERR_STATE && !kernel_has(one));
	/* Nor has one client's number a meaning for another, nor 0. */
	CHECK(open_numbered(other, number, (u32)one) == OK && tested_descriptions() == 2);
	drop(one), drop(two);
	one = take_slot();
	CHECK(open_numbered(root, 0, (u32)one) == ERR_ARG);
	/* A client without a slot does not get it: it is there until the client's next request shows that it has given up. */
	CHECK(open_numbered(root, stub_number(), 0) != OK && tested_descriptions() == 1);
	CHECK(open_at(root, "nothing", 0, &s) == 0 && tested_descriptions() == 0);
	drop(one);
	/* The directory by which it came is closed. */
	cap_t d = must_open(root, "/", OPEN_DIRECTORY);
	CHECK(open_numbered(d, stub_number(), 0) != OK && tested_descriptions() == 2);
	drop(d);
	CHECK(tested_descriptions() == 0);
	CHECK(dir_unlink(root, &(struct dir_unlink_args){.path = "f"}) == OK);
	CHECK(everything() == before + (1ul << 32)); /* `other` */
}

/* An open that finds no room after its file has been made, or cut, has no effect. */
static void test_no_room(void)
{
	struct dir_stat_result there;
	enum microk_status s;

	CHECK(open_at(root, "new", OPEN_CREATE | OPEN_WRITE, &s) == 0 && s == ERR_NO_SPACE);
	CHECK(dir_stat(root, &(struct dir_stat_args){.path = "new"}, &there) == ERR_NOT_FOUND);
	CHECK(open_at(root, "f", OPEN_TRUNCATE | OPEN_WRITE, &s) == 0 && s == ERR_NO_SPACE);
	CHECK(dir_stat(root, &(struct dir_stat_args){.path = "f"}, &there) == OK &&
	      there.size == 4);
}

/* Threads take turns at one description: each one's last reply is kept. */
static void test_threads(void)
{
	struct file_read_result got;
	cap_t f = must_open(root, "f", OPEN_WRITE);

	for (u32 i = 0; i < 300; i++) {
		kernel_thread(i % 7);
		CHECK(file_read(f, 1, &got) == OK);
	}
	kernel_thread(0);
	drop(f);
}

void test_shares(void)
{
	static cap_t held[1100];
	enum microk_status s = OK;
	struct dir_stat_result there;
	u32 count = 0;
	cap_t other = kernel_mint(server, RIGHTS_RW, 9);

	cap_t f = must_open(root, "f", OPEN_CREATE | OPEN_WRITE);
	CHECK(write_text(f, "kept") == OK);
	drop(f);
	u64 before = everything();
	while (count < ARRAY_LEN(held) && (held[count] = open_at(root, "f", 0, &s)) != 0)
		count++;
	CHECK(count == 256 && s == ERR_NO_SPACE);
	test_no_room();
	/* By way of directories a client gets more, but not all. */
	drop(held[--count]);
	for (u32 i = 0; i < 20; i++) {
		cap_t d = open_at(root, "/", OPEN_DIRECTORY, &s);
		if (!d)
			break;
		for (held[count++] = d; (held[count] = open_at(d, "f", 0, &s)) != 0; count++)
			;
		drop(held[0]); /* room for one more by its own badge */
		held[0] = held[--count];
	}
	CHECK(count <= 768 && count > 700 && s == ERR_NO_SPACE);
	f = must_open(other, "f", 0);
	CHECK(dir_stat(root, &(struct dir_stat_args){.path = "f"}, &there) == OK);
	drop(f);
	while (count)
		drop(held[--count]);
	CHECK(tested_descriptions() == 0);
	for (u32 i = 0; i < 1000; i++) {
		f = must_open(root, i % 2 ? "f" : "/", 0);
		drop(f);
	}
	test_threads();
	CHECK(everything() == before);
	/* The numbers of threads are the client's: it fills its own share alone. */
	for (u32 i = 1; i < 3000; i++) {
		kernel_thread(i);
		f = open_at(other, "f", 0, &s);
		if (!f)
			break;
		drop(f);
	}
	CHECK(s == ERR_NO_SPACE);
	kernel_thread(0);
	drop(must_open(root, "f", 0));
	kernel_closed(server, 9); /* its badge is closed: its replies are forgotten */
	drop(must_open(other, "f", 0));
	CHECK(strcmp(content_of(root, "f"), "kept") == 0);
	CHECK(dir_unlink(root, &(struct dir_unlink_args){.path = "f"}) == OK);
}

void test_lent(void)
{
	struct file_read_lent_result read;
	struct file_write_lent_result written;
	struct file_read_lent_at_result read_at;
	struct file_write_lent_at_result written_at;
	void *memory;
	u64 before = everything();
	cap_t f = must_open(root, "f", OPEN_CREATE | OPEN_WRITE), frame = take_slot(),
	      given = take_slot();

	kernel_make(frame, CAP_FRAME, 2, &memory);
	CHECK(file_read_lent_at(f, &(struct file_read_lent_at_args){.size = 1}, &read_at) == OK ||
	      true); /* an empty file: nothing is copied */
	CHECK(cnode_copy(SLOT_CNODE, &(struct cnode_copy){.index = given,
							  .source_cnode = SLOT_CNODE,
							  .source_index = frame,
							  .rights = RIGHT_ALL}) == OK);
	CHECK(file_lend(f, root) == ERR_TYPE && file_lend(f, given) == OK);
	memcpy((u8 *)memory + 100, "lent bytes", 10);
	CHECK(file_write_lent(f, &(struct file_write_lent_args){.at = 100, .size = 10}, &written) ==
		      OK &&
	      written.written == 10);
	CHECK(strcmp(content_of(root, "f"), "lent bytes") == 0);
	CHECK(file_write_lent_at(
		      f, &(struct file_write_lent_at_args){.offset = 5, .at = 100, .size = 4},
		      &written_at) == OK);
	CHECK(file_read_lent_at(
		      f, &(struct file_read_lent_at_args){.offset = 5, .at = 4096, .size = 70000},
		      &read_at) == OK &&
	      read_at.length == 5);
	CHECK(memcmp((u8 *)memory + 4096, "lents", 5) == 0);
	CHECK(file_read_lent(f, &(struct file_read_lent_args){.at = 0, .size = 10}, &read) == OK &&
	      read.length == 0);
	CHECK(file_read_lent_at(f, &(struct file_read_lent_at_args){.at = 8190, .size = 8},
				&read_at) == ERR_RANGE);
	CHECK(file_read_lent_at(f, &(struct file_read_lent_at_args){.at = ~0u, .size = 8},
				&read_at) == ERR_RANGE);
	CHECK(file_write_lent(f, &(struct file_write_lent_args){.at = 8190, .size = 8}, &written) ==
	      ERR_RANGE);
	CHECK(file_write_lent_at(f, &(struct file_write_lent_at_args){.offset = ~0ul, .size = 8},
				 &written_at) == ERR_TOO_LARGE);
	/* A frame that is taken back. */
	CHECK(cnode_revoke(SLOT_CNODE, frame) == OK);
	CHECK(file_write_lent(f, &(struct file_write_lent_args){.at = 0, .size = 8}, &written) ==
	      ERR_CAP);
	CHECK(file_read_lent_at(f, &(struct file_read_lent_at_args){.size = 8}, &read_at) ==
	      ERR_CAP);
	/* One that is not taken back goes with the description; the next one in its place has none. */
	CHECK(cnode_copy(SLOT_CNODE, &(struct cnode_copy){.index = given,
							  .source_cnode = SLOT_CNODE,
							  .source_index = frame,
							  .rights = RIGHT_ALL}) == OK);
	CHECK(file_lend(f, given) == OK);
	drop(given), drop(f);
	f = must_open(root, "f", OPEN_WRITE);
	CHECK(file_read_lent_at(f, &(struct file_read_lent_at_args){.size = 8}, &read_at) ==
	      ERR_CAP);
	drop(f), drop(frame);
	CHECK(dir_unlink(root, &(struct dir_unlink_args){.path = "f"}) == OK);
	CHECK(everything() == before);
}

/* What became of the read of that number? */
static enum microk_status abandon(cap_t file, u64 number, struct message *m)
{
	stub_abandon(file, FILE_LABEL_ABANDON, number, m);
	return stub_answer(m, NULL, 0);
}

/* The answer to a read that was given up is its length: its bytes are where it asked for them, and nowhere else. */
void test_lent_abandoned(void)
{
	void *memory;
	u64 before = everything(), number = stub_number();
	cap_t f = must_open(root, "f", OPEN_CREATE | OPEN_WRITE), given = take_slot(),
	      frame = take_slot();
	struct message m = {
		.word = {100, 4, number}, .tag = STUB_TAG(FILE_LABEL_READ_LENT, 3, 0, number)};

	CHECK(write_text(f, "lent") == OK);
	drop(f);
	f = must_open(root, "f", 0);
	kernel_make(frame, CAP_FRAME, 1, &memory);
	CHECK(cnode_copy(SLOT_CNODE, &(struct cnode_copy){.index = given,
							  .source_cnode = SLOT_CNODE,
							  .source_index = frame,
							  .rights = RIGHT_ALL}) == OK);
	CHECK(file_lend(f, given) == OK);
	memcpy(memory, "mine", 4);
	ipc(SYS_CALL, f, &m);
	CHECK(stub_answer(&m, NULL, 0) == OK && memcmp((u8 *)memory + 100, "lent", 4) == 0);
	CHECK(abandon(f, number, &m) == OK && TAG_LENGTH(m.tag) == 1 && m.word[0] == 4);
	CHECK(memcmp(memory, "mine", 4) == 0);
	CHECK(abandon(f, stub_number(), &m) == ERR_CANCELLED);
	drop(given), drop(f), drop(frame);
	CHECK(dir_unlink(root, &(struct dir_unlink_args){.path = "f"}) == OK);
	CHECK(everything() == before);
}

static void cancel_soon(void)
{
	kernel_cancelled = true;
}

static void answer_of_the_disk(void)
{
	kernel_notify(server, 1);
}

void test_waiting(void)
{
	enum microk_status s;
	struct file_read_result got;
	struct file_write_result written;
	u64 before = everything();

	drop(must_open(root, "f", OPEN_CREATE | OPEN_WRITE));
	/* Each call of the file system may have to wait, at any place. */
	for (u32 waits = 0; waits < 12; waits++) {
		memfs_waits = waits;
		cap_t f = must_open(root, "f", OPEN_WRITE | OPEN_APPEND);
		memfs_waits = waits;
		CHECK(file_write(f, "x", 1, &written) == OK && written.written == 1);
		memfs_waits = waits;
		drop(f);
		while (memfs_waits)
			kernel_notify(server, 1);
		kernel_notify(server, 1);
	}
	CHECK(strcmp(content_of(root, "f"), "xxxxxxxxxxxx") == 0 && tested_waiting() == 0);
	/* A request that waits is given up: it has no effect. */
	cap_t f = must_open(root, "f", OPEN_WRITE | OPEN_APPEND);
	memfs_waits = 1000;
	kernel_waiting = cancel_soon;
	CHECK(file_write(f, "y", 1, &written) == ERR_CANCELLED && tested_waiting() == 0);
	CHECK(open_at(root, "f", 0, &s) == 0 && s == ERR_CANCELLED && tested_waiting() == 0);
	CHECK(dir_mkdir(root, &(struct dir_mkdir_args){.path = "n"}) == ERR_CANCELLED);
	/* An operation that may be repeated is not asked after: its Reply is used until the disk answers. With all in use, the
	 * server waits itself (tested_wait). */
	for (u32 i = 0; i < 40; i++) {
		struct dir_stat_result there;
		s = dir_stat(root, &(struct dir_stat_args){.path = "f"}, &there);
		CHECK(s == (memfs_waits ? ERR_CANCELLED : OK));
	}
	CHECK(memfs_waits == 0 && tested_waiting() == 0);
	kernel_waiting = answer_of_the_disk;
	drop(f);
	f = must_open(root, "f", 0);
	CHECK(file_read(f, 100, &got) == OK && got.data_length == 12);
	drop(f);
	CHECK(dir_unlink(root, &(struct dir_unlink_args){.path = "f"}) == OK);
	drop(must_open(root, "/", 0));
	CHECK(everything() == before);
}
