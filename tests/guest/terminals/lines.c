/* Text both ways, settings, and requests that are refused. */
#include "tests/guest/terminals/terminals.h"
#include "lib/microk/string.h"
#include "servers/pipe/terminal.h"

static struct file_read_result got;
static struct file_write_result done;

void test_lines(void)
{
	server_begin();
	struct terminal_ends t = open_terminal(server_client(CLIENT), PIPE_NO_WAIT);
	struct file_stat_result is = {0};

	EXPECT(OK, file_stat(t.slave, &is));
	CHECK(is.kind == KIND_TERMINAL && is.size == 0);
	EXPECT(OK, file_stat(t.master, &is));
	EXPECT_U64(KIND_TERMINAL, is.kind);
	put_text(t.master, "ls -x\177l");
	SHOWN(t.master, "ls -x\b \bl");
	EXPECT(ERR_WOULD_BLOCK, file_read(t.slave, 100, &got));
	put_text(t.master, "\r");
	SHOWN(t.master, "\r\n");
	EXPECT(OK, file_stat(t.slave, &is));
	EXPECT_U64(6, is.size);
	GET(t.slave, 100, "ls -l\n");
	put_text(t.slave, "a\nb\n");
	SHOWN(t.master, "a\r\nb\r\n");
	/* Lines one by one, and the end of the file once. */
	put_text(t.master, "one two\027\nthree\025\nfour\004\004\n");
	GET(t.slave, 100, "one \n");
	GET(t.slave, 100, "\n");
	GET(t.slave, 2, "fo");
	GET(t.slave, 100, "ur");
	GET(t.slave, 100, "");
	GET(t.slave, 100, "\n");
	EXPECT(ERR_WOULD_BLOCK, file_read(t.slave, 100, &got));
	server_state_check();
}

void test_raw(void)
{
	server_begin();
	struct terminal_ends t = open_terminal(server_client(CLIENT), PIPE_NO_WAIT);

	put_text(t.master, "half");
	SHOWN(t.master, "half");
	EXPECT(OK, tty_mode(t.slave, 1));
	GET(t.slave, 100, "half");
	put_text(t.master, "a\r\n\003\004\177");
	EXPECT(ERR_WOULD_BLOCK, file_read(t.master, 100, &got));
	GET(t.slave, 3, "a\r\n");
	server_replace();
	GET(t.slave, 100, "\003\004\177");
	EXPECT(ERR_ARG, tty_mode(t.slave, 2));
	EXPECT(OK, tty_mode(t.slave, 0));
	put_text(t.master, "x\n");
	SHOWN(t.master, "x\r\n");
	GET(t.slave, 100, "x\n");
}

void test_settings(void)
{
	server_begin();
	struct terminal_ends t = open_terminal(server_client(CLIENT), PIPE_NO_WAIT);
	struct tty_settings_result s = settings_of(t.slave), wrong;

	CHECK(s.local & TTY_ICANON && s.local & TTY_ECHO && s.input & TTY_ICRNL);
	CHECK(s.special[TTY_VINTR] == 3 && s.special[TTY_VMIN] == 1);
	wrong = s;
	wrong.special_length--;
	EXPECT(ERR_ARG, change_settings(t.slave, TTY_NOW, &wrong));
	EXPECT(ERR_ARG, change_settings(t.slave, TTY_FLUSH + 1, &s));
	/* A password: the newline's echo alone. Flags without an effect are kept. */
	s.local = (s.local & ~TTY_ECHO) | TTY_ECHONL | 0x40000u;
	s.control = 0x1234;
	EXPECT(OK, change_settings(t.slave, TTY_DRAIN, &s));
	server_replace();
	CHECK(settings_of(t.master).local == s.local && settings_of(t.slave).control == 0x1234);
	put_text(t.master, "secret\n");
	SHOWN(t.master, "\r\n");
	GET(t.slave, 100, "secret\n");
	/* Text that was typed for other settings can be dropped. */
	put_text(t.master, "late\nhalf");
	EXPECT(OK, change_settings(t.slave, TTY_FLUSH, &s));
	put_text(t.master, "x\n");
	GET(t.slave, 100, "x\n");
	put_text(t.master, "late\n");
	SHOWN(t.master, "\r\n\r\n\r\n");
	put_text(t.slave, "dropped");
	EXPECT(ERR_ARG, tty_flush(t.slave, 4));
	EXPECT(OK, tty_flush(t.slave, TTY_FLUSH_INPUT));
	EXPECT(ERR_WOULD_BLOCK, file_read(t.slave, 100, &got));
	SHOWN(t.master, "dropped");
	put_text(t.slave, "dropped");
	EXPECT(OK, tty_flush(t.slave, TTY_FLUSH_OUTPUT));
	EXPECT(ERR_WOULD_BLOCK, file_read(t.master, 100, &got));
	/* Output as it is. */
	s.output = 0;
	EXPECT(OK, change_settings(t.slave, TTY_NOW, &s));
	put_text(t.slave, "a\nb");
	SHOWN(t.master, "a\nb");
	server_state_check();
}

/* Longer texts: past the rings' ends, by message and by lent frame. */
void test_output(void)
{
	server_begin();
	struct terminal_ends t = open_terminal(server_client(CLIENT), PIPE_NO_WAIT);
	struct file_write_lent_result sent = {0};
	struct file_read_lent_result came = {0};
	u8 *from = lend_to(t.slave, 1), *to = lend_to(t.master, 1);
	u64 written = 0, read = 0;

	EXPECT(OK, tty_mode(t.slave, 1));
	EXPECT(ERR_RANGE,
	       file_write_lent(
		       t.slave, &(struct file_write_lent_args){.at = 4090, .size = 7}, &sent));
	for (u32 i = 0; i < 100 && !kit_failures_here(); i++) {
		for (u32 k = 0; k < 500; k++)
			from[k] = (u8)('a' + (written + k) % 26);
		EXPECT(OK, file_write_lent(
				   t.slave, &(struct file_write_lent_args){.size = 500}, &sent));
		EXPECT_U64(500, sent.written);
		written += sent.written;
		EXPECT(OK, file_read_lent(
				   t.master, &(struct file_read_lent_args){.size = 4096}, &came));
		CHECK(came.length == written - read);
		for (u32 k = 0; k < came.length; k++)
			CHECK(to[k] == 'a' + (read + k) % 26);
		read += came.length;
	}
	/* Typed text by frames, too. */
	memcpy(to, "typed", 5);
	EXPECT(OK, file_write_lent(t.master, &(struct file_write_lent_args){.size = 5}, &sent));
	EXPECT_U64(5, sent.written);
	EXPECT(OK, file_read_lent(
			   t.slave, &(struct file_read_lent_args){.at = 10, .size = 100}, &came));
	CHECK(came.length == 5 && !memcmp(from + 10, "typed", 5));
	for (u32 i = 0; i < 3000 && !kit_failures_here(); i++) {
		put_text(t.master, "0123456789");
		GET(t.slave, 100, "0123456789");
	}
	server_state_check();
}

void test_sizes(void)
{
	server_begin();
	struct terminal_ends t = open_terminal(server_client(CLIENT), 0);
	struct tty_size_result size = {0};
	cap_t wake = kit_make(CAP_NOTIFICATION, 0);

	EXPECT(OK, tty_size(t.slave, &size));
	CHECK(size.columns == 80 && size.rows == 24);
	EXPECT(OK, put_in_foreground(t.slave, 1, TTY_SIGNAL_RESIZE, wake, 1));
	EXPECT(OK, tty_set_size(t.master, &(struct tty_set_size_args){132, 43}));
	EXPECT_U64(1, bits_of(wake));
	EXPECT(OK, tty_set_size(t.master, &(struct tty_set_size_args){132, 43}));
	EXPECT_U64(0, bits_of(wake));
	EXPECT_U64(1, signals_of(t.slave).resizes);
	EXPECT(ERR_ARG, tty_set_size(t.master, &(struct tty_set_size_args){65536, 43}));
	server_replace();
	EXPECT(OK, tty_size(t.slave, &size));
	CHECK(size.columns == 132 && size.rows == 43 && size.narrowest == 132);
}

void test_bad_requests(void)
{
	server_begin();
	cap_t client = server_client(CLIENT);
	struct terminal_ends t = open_terminal(client, 0);
	struct pipe p = open_pipe(client, 0);
	struct tty_size_result size = {0};
	cap_t slot = kit_slot();
	cap_t less = copy_of(t.slave, RIGHT_WRITE | RIGHT_GRANT | 3ul << RIGHT_PROT_SHIFT);

	EXPECT(ERR_ARG, pipe_terminal(client, 2, slot, kit_slot()));
	EXPECT(ERR_ARG, pipe_terminal(t.master, 0, slot, kit_slot()));
	EXPECT(ERR_TYPE, tty_size(p.reader, &size));
	EXPECT(ERR_NOT_FOUND, tty_size(client, &size));
	EXPECT(ERR_RIGHTS, tty_mode(less, 1));
	EXPECT(OK, tty_size(less, &size));
	EXPECT(ERR_METHOD, tty_measure(t.slave));
	EXPECT(ERR_TYPE, pipe_shut(t.slave, EVENT_READABLE));
	EXPECT(ERR_ARG, put_in_foreground(t.slave, 1, 0x20, kit_make(CAP_NOTIFICATION, 0), 1));
	struct tty_foreground_args args = {1, 1, copy_of(client, RIGHT_ALL)};
	EXPECT(ERR_TYPE, tty_foreground(t.slave, &args));
	EXPECT_U64(0, signals_of(t.slave).group);
	EXPECT(OK, file_write(t.master, "", 0, &done));
	server_state_check();
}

/* A client has its share, which is free again after it has closed its terminals. */
void test_shares(void)
{
	struct terminal_ends all[TERMINALS_MAX];
	u32 count = 0;

	server_begin();
	cap_t greedy = server_client(CLIENT), other = server_client(CLIENT + 1);

	for (u32 round = 0; round < 3; round++) {
		for (count = 0; count < TERMINALS_MAX; count++) {
			all[count] = (struct terminal_ends){kit_slot(), kit_slot()};
			enum microk_status status =
				pipe_terminal(greedy, 0, all[count].master, all[count].slave);
			if (status == OK)
				continue;
			EXPECT(ERR_NO_SPACE, status);
			break;
		}
		EXPECT_U64(TERMINALS_EACH, count);
		struct terminal_ends t = open_terminal(other, 0);
		put_text(t.master, "x\n");
		GET(t.slave, 10, "x\n");
		close_terminal(t);
		for (u32 i = 0; i < count; i++)
			close_terminal(all[i]);
	}
	server_state_check();
}
