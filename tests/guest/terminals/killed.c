/* The server is killed at every moment of every request of a terminal, and at random ones under load. */
#include "tests/guest/terminals/terminals.h"
#include "lib/microk/string.h"
#include "tests/guest/kit/moment.h"
#include "tests/guest/killer/answered.h"
#include "tests/random.h"

#define KILLS command_line_number(kit_info->command_line, "kills=", 200)

static cap_t client, wake;
static struct terminal_ends t, second;
static struct worker one;
static struct tty_signals_result before;

static void nothing(void) {}

static void type_line(void)
{
	put_text(t.master, "abc\177d\n");
}

static void check_line(void)
{
	GET(t.slave, 100, "abd\n");
	SHOWN(t.master, "abc\b \bd\r\n");
}

static void begin_reader(void)
{
	worker_begin(&one, work_read, t.slave, 100);
}

static void end_reader(void)
{
	KIT_UNTIL(one.done);
	CHECK(has_read(&one, "abd\n"));
	SHOWN(t.master, "abc\b \bd\r\n");
}

static void read_line(void)
{
	GET(t.slave, 100, "abd\n");
}

static void check_shown(void)
{
	SHOWN(t.master, "abc\b \bd\r\n");
}

static void show(void)
{
	put_text(t.slave, "a\nb\n");
}

static void check_show(void)
{
	SHOWN(t.master, "a\r\nb\r\n");
}

static void begin_master(void)
{
	worker_begin(&one, work_read, t.master, 100);
}

static void end_master(void)
{
	KIT_UNTIL(one.done);
	CHECK(has_read(&one, "a\r\nb\r\n"));
}

static void prepare_signal(void)
{
	put_text(t.master, "line\nhalf");
	SHOWN(t.master, "line\r\nhalf");
	before = signals_of(t.slave);
	bits_of(wake);
}

static void type_signal(void)
{
	put_text(t.master, "\003");
}

/* Counted once, and signalled at least once. */
static void check_signal(void)
{
	struct tty_signals_result after = signals_of(t.slave);

	EXPECT_U64(before.interrupts + 1, after.interrupts);
	EXPECT_U64(1, bits_of(wake));
	SHOWN(t.master, "^C\r\n");
	put_text(t.master, "x\n");
	GET(t.slave, 100, "x\n");
	SHOWN(t.master, "x\r\n");
}

static void go_raw(void)
{
	EXPECT(OK, tty_mode(t.slave, 1));
}

static void prepare_half(void)
{
	put_text(t.master, "half");
	SHOWN(t.master, "half");
}

static void check_raw(void)
{
	GET(t.slave, 100, "half");
	put_text(t.master, "\003");
	GET(t.slave, 100, "\003");
	EXPECT(OK, tty_mode(t.slave, 0));
}

static void make_second(void)
{
	EXPECT(OK, pipe_terminal(client, 0, second.master, second.slave));
}

static void use_second(void)
{
	put_text(second.master, "x\n");
	GET(second.slave, 10, "x\n");
	SHOWN(second.master, "x\r\n");
	close_terminal(second);
}

static void close_master(void)
{
	slot_delete(second.master);
	settle();
}

static void check_hangup(void)
{
	GET(second.slave, 10, "");
	EXPECT_U64(1, signals_of(second.slave).hangups);
	close_terminal(second);
}

static void make_without_slave(void)
{
	make_second();
	slot_delete(second.slave);
	settle();
}

static void open_job(void)
{
	EXPECT(OK, tty_job(second.master, 3, second.slave));
}

static const struct operation operations[] = {
	{"type a line", nothing, type_line, check_line},
	{"type to a waiting reader", begin_reader, type_line, end_reader},
	{"read a line", type_line, read_line, check_shown},
	{"show", nothing, show, check_show},
	{"show to a waiting master", begin_master, show, end_master},
	{"type an interrupt", prepare_signal, type_signal, check_signal},
	{"change the mode", prepare_half, go_raw, check_raw},
	{"make a terminal", nothing, make_second, use_second},
	{"hang up", make_second, close_master, check_hangup},
	{"open a slave", make_without_slave, open_job, use_second},
};

void test_killed_at_every_moment(void)
{
	server_begin();
	killer_begin();
	client = server_client(CLIENT);
	wake = kit_make(CAP_NOTIFICATION, 0);
	t = open_terminal(client, 0);
	second = (struct terminal_ends){kit_slot(), kit_slot()};
	EXPECT(OK, put_in_foreground(t.slave, 1, TTY_SIGNAL_INTERRUPT, wake, 1));
	kill_at_every_moment(operations, ARRAY_LEN(operations));
}

/* ---- Under load ---- */

#define LINE 61
#define LOADED_FOR 200000000ul /* ticks at most */

/* Letters go from the typist through the terminal to a program that shows each line again, and come back to the master. */
static struct {
	volatile u64 typed, shown;
	volatile bool over, ended;
	u64 random;
} load;

static char letter(u64 at)
{
	return at % LINE == LINE - 1 ? '\n' : (char)('a' + at * 7 % 26);
}

static void type_on(u64 unused)
{
	char text[200];

	(void)unused;
	while (!load.over || load.typed % LINE) {
		u32 size = 1 + (u32)(random_next(&load.random) % sizeof(text));
		struct file_write_result done = {0};
		enum microk_status status;

		if (load.over)
			size = LINE - (u32)(load.typed % LINE);
		for (u32 i = 0; i < size; i++)
			text[i] = letter(load.typed + i);
		ANSWERED(status, file_write(t.master, text, size, &done));
		if (status != OK || !done.written || done.written > size)
			kit_fail(__FILE__, __LINE__, "typing %u: %s, %u written", size,
				 status_name(status), done.written);
		load.typed += done.written;
	}
}

static void show_again(u64 unused)
{
	struct file_read_result got = {0};
	struct file_write_result done;
	enum microk_status status;

	(void)unused;
	for (;;) {
		ANSWERED(status, file_read(t.slave, FILE_DATA_MAX, &got));
		if (status != OK || got.data_length != LINE)
			kit_fail(__FILE__, __LINE__, "a line: %s, %lu bytes", status_name(status),
				 got.data_length);
		for (u32 at = 0; at < got.data_length; at += done.written) {
			done.written = 0;
			ANSWERED(status,
				 file_write(t.slave, got.data + at, got.data_length - at, &done));
			if (status != OK || !done.written)
				kit_fail(__FILE__, __LINE__, "showing: %s", status_name(status));
		}
	}
}

static void watch_all(u64 unused)
{
	struct file_read_result got = {0};
	bool after_return = false;
	enum microk_status status;

	(void)unused;
	for (;;) {
		ANSWERED(status, file_read(t.master, FILE_DATA_MAX, &got));
		for (u32 i = 0; status == OK && i < got.data_length; i++) {
			char want = letter(load.shown);
			bool is_return = want == '\n' && !after_return;
			if (got.data[i] != (is_return ? '\r' : want))
				kit_fail(__FILE__, __LINE__, "byte %lu: %u", load.shown,
					 got.data[i]);
			after_return = is_return;
			if (!is_return)
				load.shown++;
		}
		if (status != OK)
			kit_fail(__FILE__, __LINE__, "the master's read: %s", status_name(status));
	}
}

void test_killed_under_load(void)
{
	u64 seed = command_line_number(kit_info->command_line, "seed=", 1) | 1ul << 40;
	cap_t never = kit_make(CAP_NOTIFICATION, 0);

	server_begin();
	killer_begin();
	client = server_client(CLIENT);
	t = open_terminal(client, 0);
	set_local(t.slave, 0, TTY_ECHO);
	load.random = seed + 1;
	kit_thread(type_on, 0, CLIENT_PRIORITY);
	kit_thread(show_again, 0, CLIENT_PRIORITY + 1);
	kit_thread(watch_all, 0, CLIENT_PRIORITY);
	for (u64 i = 0; i < KILLS && !kit_failures_here(); i++) {
		kill_after(random_next(&seed) % 1000000);
		while (!kill_is_done())
			sleep_until_moment(never, now() + 10000, 0);
	}
	load.over = true;
	for (u64 end = now() + LOADED_FOR; now() < end;) {
		if (load.typed % LINE == 0 && load.shown == load.typed)
			break;
		sleep_until_moment(never, now() + 100000, 0);
	}
	EXPECT_U64(load.typed, load.shown);
	CHECK(load.shown > 5000);
	server_state_check();
	kit_report("NOTE %lu kills, %lu letters", KILLS, load.shown);
}
