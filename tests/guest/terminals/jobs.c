/* Signals, the job in the foreground, and hanging up. */
#include "tests/guest/terminals/terminals.h"

static struct file_read_result got;
static struct file_write_result done;
static struct worker one, two;

void test_signals(void)
{
	server_begin();
	struct terminal_ends t = open_terminal(server_client(CLIENT), 0);
	cap_t wake = kit_make(CAP_NOTIFICATION, 0);
	struct tty_signals_result s;

	put_text(t.master, "\003"); /* no job: it is counted, and drops the line */
	SHOWN(t.master, "^C\r\n");
	EXPECT(OK, put_in_foreground(t.slave, 7, TTY_SIGNAL_INTERRUPT | TTY_SIGNAL_STOP, wake, 1));
	EXPECT_U64(0, bits_of(wake));
	worker_begin(&one, work_read, t.slave, 100);
	put_text(t.master, "line");
	EXPECT(OK, file_write(t.master, "\003after\n", 7, &done));
	settle();
	EXPECT_U64(1, bits_of(wake));
	CHECK(one.done && one.status == ERR_CANCELLED);
	put_text(t.master, done.written == 1 ? "after\n" : "");
	GET(t.slave, 100, "after\n");
	SHOWN(t.master, "line^C\r\nafter\r\n");
	put_text(t.master, "\032");
	EXPECT_U64(1, bits_of(wake));
	put_text(t.master, "\034");
	EXPECT_U64(0, bits_of(wake)); /* of no interest */
	s = signals_of(t.master);
	CHECK(s.group == 7 && s.interrupts == 2 && s.stops == 1 && s.quits == 1 && s.hangups == 0);
	server_replace();
	settle();
	EXPECT_U64(1, bits_of(wake)); /* a successor does not know whether it was signalled */
	s = signals_of(t.slave);
	CHECK(s.group == 7 && s.interrupts == 2 && s.stops == 1 && s.quits == 1);
	EXPECT(OK, tty_interrupt(t.slave, kit_mint(wake, RIGHT_WRITE, 2, MINT_BADGE)));
	server_replace();
	settle();
	EXPECT_U64(0, bits_of(wake));
	put_text(t.master, "\003");
	EXPECT_U64(2, bits_of(wake));
	set_local(t.slave, 0, TTY_ISIG);
	put_text(t.master, "\003\n");
	EXPECT_U64(0, bits_of(wake));
	GET(t.slave, 100, "\003\n");
	server_state_check();
}

void test_hangup(void)
{
	server_begin();
	struct terminal_ends t = open_terminal(server_client(CLIENT), 0);
	cap_t wake = kit_make(CAP_NOTIFICATION, 0), slave = kit_slot();

	EXPECT(OK, put_in_foreground(t.slave, 1, TTY_SIGNAL_HANGUP, wake, 1));
	worker_begin(&one, work_read, t.slave, 100);
	slot_delete(t.master);
	settle();
	EXPECT_U64(1, bits_of(wake));
	CHECK(has_read(&one, ""));
	EXPECT_U64(1, signals_of(t.slave).hangups);
	GET(t.slave, 100, "");
	EXPECT(ERR_BROKEN, file_write(t.slave, "x", 1, &done));
	slot_delete(t.slave);
	settle();
	/* The last slave has gone: the master reads the rest, and the end, until there is another. */
	t = open_terminal(server_client(CLIENT + 1), 0);
	put_text(t.slave, "last words\n");
	slot_delete(t.slave);
	settle();
	SHOWN(t.master, "last words\r\n");
	GET(t.master, 100, "");
	EXPECT(ERR_BROKEN, file_write(t.master, "x", 1, &done));
	EXPECT(OK, tty_job(t.master, 0, slave));
	worker_begin(&one, work_read, t.master, 100);
	CHECK(!one.done);
	put_text(slave, "again");
	settle();
	CHECK(has_read(&one, "again"));
	/* A client that dies with both leaves nothing. */
	slot_delete(slave);
	slot_delete(t.master);
	settle();
	server_state_check();
}

void test_jobs(void)
{
	server_begin();
	struct terminal_ends t = open_terminal(server_client(CLIENT), 0);
	cap_t wake = kit_make(CAP_NOTIFICATION, 0), five = kit_slot(), six = kit_slot();

	EXPECT(OK, tty_job(t.slave, 5, five));
	EXPECT(OK, tty_job(t.slave, 6, six));
	set_local(t.slave, 0, TTY_ECHO);
	EXPECT(OK, put_in_foreground(t.slave, 5, TTY_SIGNALS_ALL, wake, 1));
	/* One in the background waits, although it came first. */
	worker_begin(&one, work_read, six, 100);
	worker_begin(&two, work_read, five, 100);
	put_text(t.master, "for five\nand six\n");
	settle();
	CHECK(has_read(&two, "for five\n") && !one.done);
	EXPECT(OK, put_in_foreground(t.slave, 6, TTY_SIGNALS_ALL, wake, 1));
	settle();
	CHECK(has_read(&one, "and six\n"));
	/* Without a wait it does not get the text of others, either. */
	EXPECT(OK, pipe_flags(five, PIPE_NO_WAIT));
	put_text(t.master, "more\n");
	EXPECT(ERR_WOULD_BLOCK, file_read(five, 100, &got));
	GET(six, 100, "more\n");
	/* The owner's own description always reads, and all may write. */
	put_text(t.master, "mine\n");
	GET(t.slave, 100, "mine\n");
	put_text(five, "text");
	SHOWN(t.master, "text");
	server_replace();
	EXPECT(ERR_WOULD_BLOCK, file_read(five, 100, &got));
	/* In the background, too, a hang-up ends a wait. */
	EXPECT(OK, pipe_flags(five, 0));
	worker_begin(&one, work_read, five, 100);
	CHECK(!one.done);
	slot_delete(t.master);
	settle();
	CHECK(has_read(&one, ""));
	server_state_check();
}
