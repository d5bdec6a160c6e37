/* Requests that wait, their times, watches, and clients that give up. */
#include "tests/guest/terminals/terminals.h"
#include "lib/microk/string.h"
#include "servers/pipe/terminal.h"
#include "tests/guest/kit/moment.h"

static struct file_read_result got;
static struct file_write_result done;
static struct worker one, two;

void test_readers_wait(void)
{
	server_begin();
	struct terminal_ends t = open_terminal(server_client(CLIENT), 0);

	worker_begin(&one, work_read, t.slave, 100);
	worker_begin(&two, work_read, t.slave, 100);
	put_text(t.master, "half");
	settle();
	CHECK(!one.done && !two.done);
	put_text(t.master, " a line\nthe next\n");
	settle();
	CHECK(has_read(&one, "half a line\n"));
	CHECK(has_read(&two, "the next\n"));
	/* A change of the settings makes text readable. */
	SHOWN(t.master, "half a line\r\nthe next\r\n");
	worker_begin(&one, work_read, t.slave, 100);
	put_text(t.master, "half");
	settle();
	CHECK(!one.done);
	EXPECT(OK, tty_mode(t.slave, 1));
	settle();
	CHECK(has_read(&one, "half"));
	SHOWN(t.master, "half");
	/* The master waits for text of a slave, and for its echo. */
	worker_begin(&one, work_read, t.master, 100);
	CHECK(!one.done);
	put_text(t.slave, "shown\n");
	settle();
	CHECK(has_read(&one, "shown\r\n"));
	EXPECT(OK, tty_mode(t.slave, 0));
	worker_begin(&one, work_read, t.master, 100);
	put_text(t.master, "e");
	settle();
	CHECK(has_read(&one, "e"));
	server_state_check();
}

static void fill_shown(struct terminal_ends t)
{
	u32 size = 800;

	EXPECT(OK, pipe_flags(t.slave, PIPE_NO_WAIT));
	while (size) {
		fill(one.bytes, 1, 0, size);
		memset(one.bytes, 's', size);
		if (file_write(t.slave, one.bytes, size, &done) == ERR_WOULD_BLOCK)
			size /= 2;
		else if (done.written < size)
			size = done.written;
	}
	EXPECT(OK, pipe_flags(t.slave, 0));
}

/* Text that has no room, or whose echo has none, waits; a signal needs room for its echo alone. */
void test_typing_waits(void)
{
	server_begin();
	struct terminal_ends t = open_terminal(server_client(CLIENT), 0);
	u32 lines = 0;

	EXPECT(OK, pipe_flags(t.master, PIPE_NO_WAIT));
	set_local(t.slave, 0, TTY_ECHO);
	while (file_write(t.master, "0123456789abcde\n", 16, &done) == OK && done.written == 16)
		lines++;
	EXPECT_U64(TYPED_BYTES / 16, lines);
	EXPECT(ERR_WOULD_BLOCK, file_write(t.master, "x", 1, &done));
	EXPECT(OK, pipe_flags(t.master, 0));
	memcpy(one.bytes, "late\n", 5);
	worker_begin(&one, work_write, t.master, 5);
	CHECK(!one.done);
	GET(t.slave, 100, "0123456789abcde\n");
	settle();
	CHECK(one.done && one.status == OK && one.length == 5);
	for (u32 i = 1; i < lines; i++)
		GET(t.slave, 100, "0123456789abcde\n");
	GET(t.slave, 100, "late\n");
	/* A signal is taken even so, and makes room. */
	for (u32 i = 0; i < lines; i++)
		put_text(t.master, "0123456789abcde\n");
	put_text(t.master, "\003");
	put_text(t.master, "x\n");
	GET(t.slave, 100, "x\n");
	/* No room for an echo: the master has to read. */
	set_local(t.slave, TTY_ECHO, 0);
	fill_shown(t);
	memcpy(one.bytes, "echo\n", 5);
	worker_begin(&one, work_write, t.master, 5);
	CHECK(!one.done);
	EXPECT(OK, file_read(t.master, 800, &got));
	settle();
	CHECK(one.done && one.status == OK && one.length == 5);
	GET(t.slave, 100, "echo\n");
	/* Shown text waits for the master, too. */
	fill_shown(t);
	memset(two.bytes, 't', 500);
	worker_begin(&two, work_write, t.slave, 500);
	CHECK(!two.done);
	EXPECT(OK, tty_flush(t.slave, TTY_FLUSH_OUTPUT));
	settle();
	CHECK(two.done && two.status == OK && two.length == 500);
	server_state_check();
}

static void set_times(cap_t end, u8 least, u8 tenths)
{
	struct tty_settings_result s = settings_of(end);

	s.local &= ~(TTY_ICANON | TTY_ECHO);
	s.special[TTY_VMIN] = least;
	s.special[TTY_VTIME] = tenths;
	EXPECT(OK, change_settings(end, TTY_NOW, &s));
}

/* The server has no "info" here, and takes a second for 2,000,000,000 ticks. */
#define TENTH 200000000ul

static void sleep_for(u64 ticks)
{
	static cap_t never;

	if (!never)
		never = kit_make(CAP_NOTIFICATION, 0);
	sleep_until_moment(never, now() + ticks, 0);
}

/* POSIX, 11.1.7: cases A to D. */
void test_minimum_and_time(void)
{
	server_begin();
	struct terminal_ends t = open_terminal(server_client(CLIENT), 0);
	u64 began;

	set_times(t.slave, 0, 0);
	GET(t.slave, 10, "");
	put_text(t.master, "ab");
	GET(t.slave, 10, "ab");
	set_times(t.slave, 3, 0);
	worker_begin(&one, work_read, t.slave, 10);
	put_text(t.master, "ab");
	settle();
	CHECK(!one.done);
	put_text(t.master, "cd");
	settle();
	CHECK(has_read(&one, "abcd"));
	/* From the read's beginning. */
	set_times(t.slave, 0, 1);
	began = now();
	GET(t.slave, 10, "");
	CHECK(now() - began >= TENTH && now() - began < 3 * TENTH);
	/* From the last byte on; a death of the server begins it again. */
	set_times(t.slave, 10, 2);
	worker_begin(&one, work_read, t.slave, 10);
	sleep_for(3 * TENTH);
	CHECK(!one.done);
	put_text(t.master, "a");
	sleep_for(TENTH);
	put_text(t.master, "b");
	sleep_for(TENTH + TENTH / 2);
	CHECK(!one.done);
	server_replace();
	sleep_for(TENTH);
	CHECK(!one.done);
	sleep_for(2 * TENTH);
	CHECK(has_read(&one, "ab"));
	server_state_check();
}

static void watch(cap_t file, u32 events, cap_t notification, u64 badge)
{
	struct file_watch_args args = {
		.events = events, .signal = kit_mint(notification, RIGHT_WRITE, badge, MINT_BADGE)};

	EXPECT(OK, file_watch(file, &args));
}

static u32 events_of(cap_t file)
{
	struct pipe_state_result s = {0};

	EXPECT(OK, pipe_state(file, &s));
	return s.events;
}

void test_watches(void)
{
	server_begin();
	struct terminal_ends t = open_terminal(server_client(CLIENT), PIPE_NO_WAIT);
	cap_t wake = kit_make(CAP_NOTIFICATION, 0);

	watch(t.slave, EVENT_READABLE, wake, 1);
	watch(t.master, EVENT_READABLE, wake, 2);
	put_text(t.master, "half");
	EXPECT_U64(2, bits_of(wake)); /* the echo */
	EXPECT_U64(EVENT_WRITABLE, events_of(t.slave));
	put_text(t.master, " a line\n");
	EXPECT_U64(1, bits_of(wake));
	EXPECT_U64(EVENT_READABLE | EVENT_WRITABLE, events_of(t.slave));
	EXPECT_U64(EVENT_READABLE | EVENT_WRITABLE, events_of(t.master));
	GET(t.slave, 100, "half a line\n");
	SHOWN(t.master, "half a line\r\n");
	EXPECT_U64(0, bits_of(wake));
	put_text(t.slave, "x");
	EXPECT_U64(2, bits_of(wake));
	server_replace();
	settle();
	EXPECT_U64(3, bits_of(wake));
	SHOWN(t.master, "x");
	set_times(t.slave, 3, 0);
	put_text(t.master, "ab");
	EXPECT_U64(0, bits_of(wake));
	put_text(t.master, "c");
	EXPECT_U64(1, bits_of(wake));
	GET(t.slave, 100, "abc");
	/* No room for typed text, then room. */
	watch(t.master, EVENT_WRITABLE, wake, 4);
	EXPECT_U64(4, bits_of(wake));
	while (file_write(t.master, "0123456789abcdef", 16, &done) == OK)
		;
	EXPECT_U64(1, bits_of(wake));
	EXPECT_U64(0, events_of(t.master));
	EXPECT(OK, file_read(t.slave, 100, &got));
	EXPECT_U64(4, bits_of(wake));
	slot_delete(t.slave);
	settle();
	EXPECT_U64(4, bits_of(wake));
	CHECK(events_of(t.master) & PIPE_HANGUP);
}

/* A wait that was ended has had no effect. */
void test_given_up(void)
{
	server_begin();
	struct terminal_ends t = open_terminal(server_client(CLIENT), 0);

	worker_begin(&one, work_read, t.slave, 100);
	EXPECT(OK, thread_cancel(one.thread));
	settle();
	CHECK(one.done && one.status == ERR_CANCELLED);
	worker_begin(&one, work_read, t.slave, 100);
	worker_stop(&one);
	put_text(t.master, "kept\n");
	settle();
	GET(t.slave, 100, "kept\n");
	SHOWN(t.master, "kept\r\n");
	fill_shown(t);
	memcpy(two.bytes, "no\n", 3);
	worker_begin(&two, work_write, t.master, 3);
	CHECK(!two.done);
	EXPECT(OK, thread_cancel(two.thread));
	settle();
	CHECK(two.done && two.status == ERR_CANCELLED);
	EXPECT(OK, tty_flush(t.slave, TTY_FLUSH_OUTPUT));
	put_text(t.master, "yes\n");
	GET(t.slave, 100, "yes\n");
	server_state_check();
}
