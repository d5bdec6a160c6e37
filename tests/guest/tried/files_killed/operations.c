/* The operations. */
#include "lib/microk/slots.h"
#include "lib/microk/string.h"
#include "tests/guest/tried/files_killed/model.h"
#include "tests/guest/tried/files_killed/operations.h"

static cap_t second;

static void nothing(void) {}

static void check_one_open(void)
{
	model_check(1);
}

/* ---- write, append, read ---- */

static void run_write(void)
{
	do_write(24, 40);
}

/*
 * A new file in place of one that is nearly full. All sizes are whole words, so that each append writes as many. The first
 * request by a description writes more than those after it: the whole entry of its reply.
 */
static void prepare_append(void)
{
	if (model[ONE].size + 40 <= FILES_BYTES)
		return;
	do_close(one);
	do_unlink(ONE);
	one = do_open(ONE, FILES_CREATE);
	offset = 0;
	do_append(one, 8);
}

static void run_append(void)
{
	do_append(one, 40);
}

static void prepare_read(void)
{
	if (!model[ONE].size)
		do_append(one, FILES_BYTES / 2);
	if (offset + 24 <= model[ONE].size)
		return;
	do_close(one);
	one = do_open(ONE, 0);
	offset = 0;
	do_read(24);
}

static void run_read(void)
{
	do_read(24);
}

/* ---- The directory ---- */

static void prepare_open(void)
{
	if (model[TWO].exists)
		do_unlink(TWO);
}

/* Done twice it would find that the file exists. */
static void run_open(void)
{
	second = do_open(TWO, FILES_CREATE | FILES_EXCLUSIVE);
}

static void check_open(void)
{
	u64 at = ~0ul, size = ~0ul;

	model_check(2);
	EXPECT(OK, file_where(second, &at, &size));
	EXPECT_U64(0, at);
	EXPECT_U64(0, size);
}

static void clean_open(void)
{
	do_close(second);
	do_rename(ONE, ONE);
}

static void prepare_name(void)
{
	if (model[TWO].exists)
		return;
	do_close(do_open(TWO, FILES_CREATE));
	settle();
	do_rename(ONE, ONE);
}

/* Done twice it would not find the old name. */
static void run_rename(void)
{
	do_rename(TWO, THREE);
}

static void run_unlink(void)
{
	do_unlink(TWO);
}

/* ---- A change that is larger than the log ---- */

static void run_large_write(void)
{
	EXPECT(ERR_NO_SPACE, file_write(one, 0, fresh_bytes(FILES_BYTES), FILES_BYTES));
}

/* ---- A client that closes ---- */

static void prepare_close(void)
{
	second = do_open(ONE, 0);
	settle();
}

/* No request, and no answer: the kernel reports it. */
static void run_close(void)
{
	last_began = now();
	do_close(second);
	settle();
	last_ended = now();
	kill_answered();
	last.repeats = 0;
}

/* If no instance knows that the open's answer had arrived, the description goes with the client's next request. */
static void check_close(void)
{
	CHECK(server_descriptions() <= 2);
	do_rename(ONE, ONE);
	model_check(1);
}

/* ---- A reader that waits until something is appended ---- */

static struct {
	cap_t go, file;
	u64 offset;
	struct kit_thread thread;
	struct answer answer;
	volatile bool done;
} reader;

static void reader_run(u64 unused)
{
	struct message m = {0};

	(void)unused;
	while (ipc(SYS_WAIT, reader.go, &m) == OK) {
		file_read_into(&reader.answer, reader.file, 40, true);
		reader.done = true;
		m.tag = 0;
	}
}

static void prepare_wait(void)
{
	prepare_append();
	reader.file = do_open(ONE, 0);
	do_rename(ONE, ONE);
	EXPECT(OK, file_read(reader.file, FILES_BYTES, false));
	reader.offset = last.word;
	reader.done = false;
	EXPECT(OK, ipc(SYS_SIGNAL, reader.go, &(struct message){0}));
	KIT_UNTIL(kit_state(reader.thread) == THREAD_AWAITING);
}

/* The reader has exactly what was appended, though its caller was lost with each instance. */
static void check_wait(void)
{
	u64 at = ~0ul, size = ~0ul;

	KIT_UNTIL(reader.done);
	EXPECT(OK, reader.answer.status);
	EXPECT_U64(40, reader.answer.word);
	CHECK(reader.answer.repeats <= DEATHS);
	CHECK(!memcmp(reader.answer.bytes, model[ONE].bytes + reader.offset, 40));
	reader.offset += 40;
	EXPECT(OK, file_where(reader.file, &at, &size));
	EXPECT_U64(reader.offset, at);
	model_check(2);
}

static void clean_wait(void)
{
	KIT_UNTIL(reader.done);
	do_close(reader.file);
	settle();
}

void operations_begin(const char *program)
{
	cap_t go = kit_make(CAP_NOTIFICATION, 0);

	model_begin(program);
	do_append(one, 104);
	reader.go = kit_mint(go, RIGHT_ALL, 1, MINT_BADGE);
	reader.thread = kit_thread(reader_run, 0, KIT_PRIORITY);
	reader.file = 0;
}

const struct operation operations[OPERATIONS] = {
	[WRITE] = {"write", nothing, run_write, check_one_open, nothing, false},
	[APPEND] = {"append", prepare_append, run_append, check_one_open, nothing, false},
	[READ] = {"read", prepare_read, run_read, check_one_open, nothing, false},
	[OPEN] = {"open", prepare_open, run_open, check_open, clean_open, false},
	[RENAME] = {"rename", prepare_name, run_rename, check_one_open, nothing, false},
	[UNLINK] = {"unlink", prepare_name, run_unlink, check_one_open, nothing, false},
	[REFUSED] = {"refused write", nothing, run_large_write, check_one_open, nothing, false},
	[CLOSE] = {"close", prepare_close, run_close, check_close, nothing, true},
	[WAIT] = {"append to a waiting reader", prepare_wait, run_append, check_wait, clean_wait,
		  false},
};
