/* The session: tests which reader gets the typed text, and the requests of its protocols. */
#include "system_below.h"

static void test_lines(void)
{
	type("early\n");
	READ(100, "early\n");
	cap_t first = wait_as(1, 100), second = wait_as(2, 100);
	type("one\ntwo\nthree\n");
	ANSWERED(first, "one\n");
	ANSWERED(second, "two\n");
	READ(100, "three\n");
	READ(0, "");
	cap_t third = wait_as(1, 2);
	READ(0, ""); /* a read of nothing does not queue */
	type("abc\n");
	ANSWERED(third, "ab");
	READ(100, "c\n");
	third = wait_as(1, 0xffffffff);
	type("\004");
	ANSWERED(third, "");
}

static void test_order(void)
{
	cap_t first = wait_as(1, 100);

	type("half");
	CHECK(!reply[first].answered);
	cap_t second = wait_as(1, 100);
	type("\nnext\n");
	ANSWERED(first, "half\n");
	ANSWERED(second, "next\n");
}

static void test_death(void)
{
	cap_t gone = wait_as(5, 100), dead = wait_as(6, 100), last = wait_as(7, 100);

	server->closed(5);
	CHECK(!reply[gone].holds);
	reply[dead].dead = true; /* died, and no ST_CLOSED came */
	type("kept\n");
	ANSWERED(last, "kept\n"); /* the text that the dead reader did not get goes to the next */
	CHECK(readers_waiting() == 0);
	server->closed(99);
}

/* Clients that have given up a read: it took no byte, whether it waited or found text. */
static void test_abandoned_reads(void)
{
	struct message m;
	cap_t given_up = wait_as(5, 100), other = wait_as(6, 100);
	char data[FILE_READ_DATA_MAX];
	size_t bytes;

	CHECK(abandon(5, 0, &m) == ERR_CANCELLED);
	CHECK(!reply[given_up].holds && readers_waiting() == 1);
	type("for the other\n");
	ANSWERED(other, "for the other\n");
	type("kept\n");
	next_leaves = true;
	CHECK(read_as(5, 100, data, &bytes) == STATUS_DEFERRED);
	CHECK(abandon(5, 0, &m) == ERR_CANCELLED && readers_waiting() == 0);
	READ(100, "kept\n");
}

/* A write that its client has given up was finished, or never came. */
static void test_abandoned_writes(void)
{
	const u64 thread = 1ul << STUB_THREAD_SHIFT;
	struct message m;

	CHECK(abandon(5, 1, &m) == ERR_CANCELLED);
	write_as(5, 1, "four");
	write_as(5, thread | 1, "in a thread");
	write_as(6, 1, "of another");
	CHECK(abandon(5, 1, &m) == OK && m.tag == TAG(OK, 1) && m.word[0] == 4);
	CHECK(abandon(5, thread | 1, &m) == OK && m.word[0] == 11);
	CHECK(abandon(5, 2, &m) == ERR_CANCELLED);
	write_as(5, 2, "");
	CHECK(abandon(5, 1, &m) == ERR_CANCELLED && abandon(5, 2, &m) == OK && m.word[0] == 0);
	CHECK(abandon(7, 1, &m) == ERR_CANCELLED);
	for (u64 t = 2; t < 2 + WRITTEN_MAX; t++)
		write_as(7, t << STUB_THREAD_SHIFT | 1, "x");
	CHECK(abandon(5, 2, &m) == ERR_PEER_DIED); /* others have its place */
}

static void test_interrupt(void)
{
	cap_t first = wait_as(1, 100), second = wait_as(2, 100);

	type("abc\003");
	CHECK(reply[first].answered && reply[first].status == ERR_CANCELLED);
	CHECK(reply[second].answered && reply[second].status == ERR_CANCELLED);
	type("\n");
	READ(100, "\n");
}

/* A terminal's size is the number of bytes that a read returns at once. */
static void test_size(void)
{
	struct request r = request_of(1);
	struct file_stat_result there = {0};

	CHECK(file->stat(&r, &there) == OK && there.kind == KIND_TERMINAL && there.size == 0);
	type("half");
	CHECK(file->stat(&r, &there) == OK && there.size == 0);
	type(" a line\nanother\n");
	CHECK(file->stat(&r, &there) == OK && there.size == 12);
	READ(100, "half a line\n");
	CHECK(file->stat(&r, &there) == OK && there.size == 8);
	READ(100, "another\n");
	CHECK(file->stat(&r, &there) == OK && there.size == 0);
}

static enum microk_status watch_as(u64 badge, u32 prot, u32 events, u32 number)
{
	struct request r = request_of(badge);

	r.prot = (u8)prot;
	return file->watch(
		&r, &(struct file_watch_args){.events = events, .signal = SIGNALS_FIRST + number});
}

static void test_watch(void)
{
	const u32 both = EVENT_READABLE | EVENT_WRITABLE;

	CHECK(watch_as(1, 3, 4, 0) == ERR_ARG);
	CHECK(watch_as(1, 2, EVENT_READABLE, 0) == ERR_RIGHTS);
	CHECK(watch_as(1, 1, both, 0) == ERR_RIGHTS);
	CHECK(watch_as(1, 3, both, 1) == ERR_TYPE && watch_as(1, 3, both, 2) == ERR_RIGHTS);
	CHECK(watch_as(WATCHERS_MAX, 3, both, 0) == ERR_NO_SPACE);
	/* It can always be written. */
	CHECK(watch_as(3, 3, both, 3) == OK && signalled[3] == 1);
	CHECK(watch_as(4, 1, EVENT_READABLE, 4) == OK && signalled[4] == 0);
	/* When a line is typed, and not before; once, as long as it is not read. */
	type("half");
	CHECK(signalled[3] == 1 && signalled[4] == 0);
	type(" a line\n");
	CHECK(signalled[3] == 2 && signalled[4] == 1);
	type("another\n");
	CHECK(signalled[3] == 2 && signalled[4] == 1);
	CHECK(watch_as(5, 1, EVENT_READABLE, 5) == OK && signalled[5] == 1); /* it holds now */
	READ(100, "half a line\n");
	READ(100, "another\n");
	type("more\n");
	CHECK(signalled[3] == 3 && signalled[4] == 2 && signalled[5] == 2);
	READ(100, "more\n");
	/* Of a line that goes to a reader nothing is left. */
	cap_t reader = wait_as(1, 100);
	type("taken\n");
	ANSWERED(reader, "taken\n");
	CHECK(signalled[3] == 3 && signalled[4] == 2);
	/* It ends by 0 events, and with its client. */
	CHECK(watch_as(3, 3, 0, 0) == OK);
	server->closed(4);
	type("last\n");
	CHECK(signalled[3] == 3 && signalled[4] == 2 && signalled[5] == 3);
	READ(100, "last\n");
	watchers_take_over();
	CHECK(signalled[3] == 3 && signalled[4] == 2 && signalled[5] == 4);
	server->closed(5);
}

/* ^C in cooked mode signals the owner of the foreground job alone. */
static void test_interrupt_signals(void)
{
	struct request r = request_of(1);

	CHECK(tty->interrupt(&r, &(struct tty_interrupt_args){SIGNALS_FIRST + 1}) == ERR_TYPE);
	CHECK(tty->interrupt(&r, &(struct tty_interrupt_args){SIGNALS_FIRST + 2}) == ERR_RIGHTS);
	CHECK(tty->interrupt(&r, &(struct tty_interrupt_args){SIGNALS_FIRST + 6}) == OK);
	type("text\3");
	CHECK(signalled[6] == 1);
	watchers_take_over();
	CHECK(signalled[6] == 1); /* not by a successor */
	CHECK(tty->interrupt(&r, &(struct tty_interrupt_args){SIGNALS_FIRST + 7}) == OK);
	type("\3");
	CHECK(signalled[6] == 1 && signalled[7] == 1);
}

static void set_special(u32 least, u32 tenths, u32 local)
{
	struct request r = request_of(1);
	struct tty_settings_result s = {0};

	CHECK(tty->settings(&r, &s) == OK && s.special_length == TTY_SPECIALS);
	s.special[TTY_VMIN] = (u8)least;
	s.special[TTY_VTIME] = (u8)tenths;
	struct tty_set_settings_args args = {
		.input = s.input,
		.output = s.output,
		.local = local,
		.special = s.special,
		.special_length = TTY_SPECIALS};
	CHECK(tty->set_settings(&r, &args) == OK);
	args.special_length--;
	CHECK(tty->set_settings(&r, &args) == ERR_ARG);
	args.special_length++, args.when = TTY_FLUSH + 1;
	CHECK(tty->set_settings(&r, &args) == ERR_ARG);
}

static void test_settings(void)
{
	struct request r = request_of(1);
	struct tty_settings_result s = {0};

	set_special(3, 0, 0);
	cap_t slot = wait_as(1, 100);
	type("ab");
	CHECK(!reply[slot].answered);
	type("c");
	ANSWERED(slot, "abc");
	/* A time after the last byte. */
	set_special(3, 1, 0);
	slot = wait_as(1, 100);
	CHECK(server->deadline == 0 || !readers_deadline());
	type("ab");
	CHECK(!reply[slot].answered && readers_deadline() && server->deadline);
	output_start(true, 0); /* from here on all time is over */
	type("x");
	ANSWERED(slot, "abx");
	output_start(true, HZ);
	/* A time from the read's beginning. */
	set_special(0, 1, 0);
	slot = wait_as(1, 100);
	CHECK(readers_deadline() != 0);
	output_start(true, 0);
	server->expired(); /* its time began before, and is not over */
	CHECK(!reply[slot].answered);
	readers_fail(ERR_CANCELLED);
	READ(100, "");
	output_start(true, HZ);
	/* Settings end with the client that has made them. */
	server->closed(1);
	CHECK(tty->settings(&r, &s) == OK && s.local & TTY_ICANON && s.special[TTY_VMIN] == 1);
	/* Output is left as it is, on request. */
	s.output = 0;
	struct tty_set_settings_args args = {
		.input = s.input,
		.output = 0,
		.local = s.local,
		.special = s.special,
		.special_length = TTY_SPECIALS};
	type("dropped\n");
	args.when = TTY_FLUSH;
	CHECK(tty->set_settings(&r, &args) == OK);
	line_bytes = 0;
	write_text("a\nb");
	CHECK_BYTES("as it is", line, line_bytes, "a\nb");
	set_mode(1, 0, OK);
	type("late\n");
	READ(100, "late\n");
	type("dropped\n");
	CHECK(tty->flush(&r, &(struct tty_flush_args){.queues = 4}) == ERR_ARG);
	CHECK(tty->flush(&r, &(struct tty_flush_args){.queues = TTY_FLUSH_INPUT}) == OK);
	type("late\n");
	READ(100, "late\n");
}

static void foreground(u32 group, u32 events, u32 signal, enum microk_status want)
{
	struct request r = request_of(1);
	struct tty_foreground_args args = {group, events, SIGNALS_FIRST + signal};

	CHECK(tty->foreground(&r, &args) == want);
}

static void test_foreground(void)
{
	struct request r = request_of(1);
	struct tty_signals_result before = {0}, after = {0};

	CHECK(tty->signals(&r, &before) == OK);
	foreground(7, TTY_SIGNALS_ALL + 1, 5, ERR_ARG);
	foreground(7, TTY_SIGNALS_ALL, 1, ERR_TYPE);
	foreground(7, TTY_SIGNAL_STOP | TTY_SIGNAL_INTERRUPT, 5, OK);
	signalled[5] = 0;
	cap_t slot = wait_as(1, 100);
	type("x\032");
	CHECK(signalled[5] == 1 && reply[slot].answered && reply[slot].status == ERR_CANCELLED);
	type("\034"); /* of no interest, and counted */
	CHECK(signalled[5] == 1);
	type("\3\3");
	CHECK(signalled[5] == 2);
	CHECK(tty->signals(&r, &after) == OK && after.group == 7);
	CHECK(after.stops == before.stops + 1 && after.quits == before.quits + 1 &&
	      after.interrupts == before.interrupts + 2);
	die(); /* a successor signals, since it does not know whether the last one did */
	CHECK(signalled[5] == 3);
	CHECK(tty->signals(&r, &before) == OK && before.group == 7 && before.stops == after.stops);
	foreground(0, TTY_SIGNAL_RESIZE, 5, OK);
	/* Typed on the other terminal, which has another size. */
	session_typed("a", 1);
	type("b\n");
	CHECK(tty->signals(&r, &after) == OK && after.resizes > before.resizes && signalled[5] > 3);
	READ(100, "ab\n");
}

static void test_limits(void)
{
	char data[FILE_READ_DATA_MAX];
	size_t bytes;
	struct request sent = request_of(1);

	sent.is_call = false; /* a read that was sent, not called: there is no caller to answer */
	struct file_read_result none;
	CHECK(file->read(&sent, &(struct file_read_args){.size = 10}, &none) == ERR_NO_REPLY);
	for (u32 i = 0; i < READERS_MAX; i++)
		wait_as(1, 100);
	CHECK(read_as(1, 100, data, &bytes) == ERR_NO_SPACE);
	readers_fail(ERR_CANCELLED);
	CHECK(replies_made <= READERS_MAX);
	for (u32 i = 0; i < 1000; i++) {
		cap_t slot = wait_as(1, 100);
		type("x\n");
		ANSWERED(slot, "x\n");
	}
	CHECK(replies_made <= READERS_MAX); /* Reply objects are used again */
}

/* Readers with deadlines: readers that gave up do not take the places of others. */
static void test_given_up(void)
{
	cap_t kept[2];

	for (u32 i = 0; i < 100; i++)
		reply[wait_as(5, 100)].left = true;
	kept[0] = wait_as(5, 100);
	kept[1] = wait_as(1, 100);
	CHECK(replies_made <= READERS_MAX);
	type("one\ntwo\n");
	ANSWERED(kept[0], "one\n");
	ANSWERED(kept[1], "two\n");
	CHECK(readers_waiting() == 0);
}

/* A client of many threads gives way to others, by its newest reader, down to as many places as they have. */
static void test_fair(void)
{
	cap_t many[READERS_MAX];
	char data[FILE_READ_DATA_MAX];
	size_t bytes;

	for (u32 i = 0; i < READERS_MAX; i++)
		many[i] = wait_as(5, 100);
	for (u64 i = 1; i <= READERS_MAX / 2; i++) {
		cap_t place = wait_as(6, 100);
		CHECK(place == many[READERS_MAX -
				    i]); /* its reader was sent away, and the place used again */
	}
	CHECK(read_as(6, 100, data, &bytes) == ERR_NO_SPACE);
	CHECK(read_as(5, 100, data, &bytes) == ERR_NO_SPACE);
	for (u64 badge = 7; badge < 7 + READERS_MAX - 2; badge++)
		wait_as(badge, 100);
	CHECK(read_as(99, 100, data, &bytes) == ERR_NO_SPACE);
	CHECK(reply[many[0]].holds && readers_waiting() == READERS_MAX);
	readers_fail(ERR_CANCELLED);
}

static void test_raw(void)
{
	cap_t slot = wait_as(3, 100);

	type("half");
	set_mode(3, 1, OK);
	ANSWERED(slot, "half"); /* becomes readable as it is */
	line_bytes = 0;
	type("\003\r");
	READ(100, "\003\r");
	CHECK(line_bytes == 0); /* no echo */
	set_mode(3, 2, ERR_ARG);
	server->closed(4);
	type("a");
	READ(100, "a"); /* still raw */
	server->closed(3);
	slot = wait_as(1, 100);
	type("a");
	CHECK(!reply[slot].answered); /* cooked again: the client that made it raw is gone */
	type("\n");
	ANSWERED(slot, "a\n");
}

/* A layout is chosen by its name, and holds from the next key on. */
static void test_layout_requests(void)
{
	struct request r = request_of(1);
	struct tty_layout_result l = {0};

	CHECK(tty->set_layout(&r, &(struct tty_set_layout_args){.name = "xx"}) == ERR_NOT_FOUND);
	CHECK(tty->layout(&r, &(struct tty_layout_args){.number = 0}, &l) == OK && l.used);
	CHECK(tty->set_layout(&r, &(struct tty_set_layout_args){.name = "de"}) == OK);
	CHECK(tty->layout(&r, &(struct tty_layout_args){.number = 2}, &l) == OK && l.used);
	CHECK(strcmp(l.name, "de") == 0 && strcmp(l.title, "German") == 0);
	CHECK(tty->layout(&r, &(struct tty_layout_args){.number = 99}, &l) == ERR_NOT_FOUND);
	session_code(0x15), session_code(0x95);
	session_code(0x1a);
	session_code(0x1c);
	READ(100, "z\u00fc\n");
	CHECK(tty->set_layout(&r, &(struct tty_set_layout_args){.name = "us"}) == OK);
	/* The cursor keys follow the screen's mode. */
	set_mode(1, 1, OK);
	session_code(0xe0), session_code(0x48);
	READ(100, "\033[A");
	write_text("\033[?1h");
	session_code(0xe0), session_code(0x48);
	READ(100, "\033OA");
	write_text("\033[?1l");
	/* Keys that the keyboard dropped leave a mark on the screen, and not among the typed bytes. */
	cap_t slot = wait_as(1, 100);
	session_code(0xff);
	CHECK(!reply[slot].answered);
	type("x");
	ANSWERED(slot, "x");
	set_mode(1, 0, OK);
}

/* 100,000 characters from the keyboard, in lines, before any program reads: none is lost. Those beyond the limit leave a mark. */
static void test_many_keys(void)
{
	static const u8 codes[] = {0x1e, 0x30, 0x2e, 0x20, 0x12}; /* a to e */
	const u32 lines = 2000, length = 49;

	for (u32 line_number = 0; line_number < lines; line_number++) {
		for (u32 i = 0; i < length; i++) {
			u8 code = codes[(line_number + i) % 5];
			session_code(code), session_code(code | 0x80);
		}
		session_code(0x1c), session_code(0x9c);
	}
	for (u32 line_number = 0; line_number < lines; line_number++) {
		char want[64];
		for (u32 i = 0; i < length; i++)
			want[i] = (char)('a' + (line_number + i) % 5);
		want[length] = '\n', want[length + 1] = 0;
		READ(100, want);
	}
	set_mode(1, 1, OK);
	for (u32 i = 0; i < KEPT_TYPED + 7; i++)
		session_typed("k", 1);
	char data[FILE_READ_DATA_MAX];
	size_t bytes, sum = 0;
	line_bytes = 0;
	while (sum < KEPT_TYPED && read_as(1, sizeof(data), data, &bytes) == OK)
		sum += bytes;
	session_typed("k", 1);
	CHECK(sum == KEPT_TYPED);
	CHECK_BYTES("the mark", line, line_bytes,
		    "[7 typed bytes dropped: no program has read those before]\r\n");
	READ(100, "k");
	set_mode(1, 0, OK);
}

static void test_output(void)
{
	struct request r = request_of(1);
	struct file_stat_result is = {0};
	struct file_entry_result entry = {0};

	line_bytes = 0;
	write_text("a\nb\033[31mc\n");
	CHECK_BYTES("serial line", line, line_bytes, "a\r\nb\033[31mc\r\n");
	line_bytes = 0;
	type("hi\n");
	CHECK_BYTES("echo", line, line_bytes, "hi\r\n");
	READ(100, "hi\n");
	CHECK(file->stat(&r, &is) == OK && is.kind == 2 && is.size == 0);
	CHECK(!file->seek &&
	      file->entry(&r, &(struct file_entry_args){.cookie = 0}, &entry) == ERR_NOT_DIR);
	char many[FILE_WRITE_DATA_MAX + 1];
	memset(many, '\n', FILE_WRITE_DATA_MAX);
	many[FILE_WRITE_DATA_MAX] = 0;
	line_bytes = 0;
	write_text(many);
	CHECK(line_bytes == 2 * FILE_WRITE_DATA_MAX && memcmp(line, "\r\n\r\n", 4) == 0);
}

static void test_cursor_report(void)
{
	set_mode(1, 1, OK);
	cap_t slot = wait_as(1, 100);
	line_bytes = 0;
	write_text("\033[3;4H\033[6n");
	ANSWERED(slot, "\033[3;4R");
	CHECK_BYTES("the question stays here", line, line_bytes, "\033[3;4H");
	set_mode(1, 0, OK);
}

#define QUESTION "\0337\033[999;999H\033[6n\0338"

/* Screen and line have a size each; the one typed on last has the session's. */
static void test_sizes(void)
{
	SIZE(40, 10, 40); /* no key was typed: the screen's */
	line_bytes = 0;
	measure();
	CHECK_BYTES("asked", line, line_bytes, QUESTION);
	set_mode(1, 1, OK);
	cap_t slot = wait_as(1, 100);
	type("\033[43;132R");
	CHECK(!reply[slot].answered); /* the answer is not typed */
	SIZE(132, 43, 40);            /* no key was typed, and a terminal is there */
	session_typed("a", 1);
	ANSWERED(slot, "a");
	SIZE(40, 10, 40);
	measure();
	type("b\033[24;80Rc\033[A");
	READ(100, "bc\033[A");
	SIZE(80, 24, 40);
	session_typed("d", 1);
	SIZE(40, 10, 40);
	READ(100, "d");
	/* A lone Escape is typed after all, when nothing follows. */
	type("\033");
	slot = wait_as(1, 100);
	CHECK(server->deadline != 0);
	server->deadline = 0; /* as the loop does */
	kept->remote.hz = 0;  /* its time is over */
	server->expired();
	kept->remote.hz = HZ;
	ANSWERED(slot, "\033");
	CHECK(output_deadline() == 0);
	SIZE(80, 24, 40);
	set_mode(1, 0, OK);
}

/* Without a screen the terminal at the far end of the line is the one to ask. */
static void test_no_screen(void)
{
	memset(memory, 0, MEMORY_BYTES);
	CHECK(start(false) == KEPT_NEW);
	line_bytes = 0;
	SIZE(80, 24, 80);
	/* The answers go to the programs that asked, in their order. */
	measure();
	write_text("\033[6n");
	CHECK_BYTES("the questions go on", line, line_bytes, QUESTION "\033[6n");
	set_mode(1, 1, OK);
	type("\033[50;100R\033[3;4R");
	READ(100, "\033[3;4R");
	SIZE(100, 50, 100);
	set_mode(1, 0, OK);
}

int main(void)
{
	begin();
	test_sizes();
	test_lines();
	test_order();
	test_death();
	test_abandoned_reads();
	test_abandoned_writes();
	test_size();
	test_interrupt();
	test_watch();
	test_interrupt_signals();
	test_limits();
	test_settings();
	test_foreground();
	test_given_up();
	test_fair();
	test_raw();
	test_layout_requests();
	test_many_keys();
	test_output();
	test_cursor_report();
	test_no_screen();
	end();
	return check_result("session");
}
