/* Instances of the console that die: the state that a successor finds. And a line that stands still. */
#include "system_below.h"
#include "drivers/console/emulate.h"
#include <stdio.h>

static enum microk_status read_numbered(u64 badge, u64 number, char *data, size_t *bytes)
{
	struct request r = request_of(badge);
	struct file_read_result result = {0};

	r.number = number;
	enum microk_status status = file->read(&r, &(struct file_read_args){.size = 100}, &result);
	*bytes = result.data_length;
	memcpy(data, result.data, *bytes);
	if (status != STATUS_DEFERRED || !reply[held_last].answered)
		return status;
	*bytes = reply[held_last].bytes;
	memcpy(data, reply[held_last].data, *bytes);
	return reply[held_last].status;
}

static void test_a_successor_goes_on(void)
{
	char data[FILE_READ_DATA_MAX];
	size_t bytes;
	struct message m;

	write_text("\033[2J\033[3;5Hshown\033[31m\033[?1h\0337");
	type("typed\nhal");
	session_code(0x2a); /* Shift goes down */
	line_bytes = 0;
	die();
	CHECK(line_bytes == 0); /* the line has everything */
	CHECK(kept->terminal.cursor.pen.fg == 1 && kept->terminal.application_cursor);
	CHECK(grid_row(terminal_grid(&kept->terminal), 2)[4].code == 's');
	session_code(0x1e), session_code(0xaa);
	READ(100, "typed\n");
	type("f\n");
	READ(100, "halAf\n");
	write_text("\033c");

	/* A client whose write or read was served, and not answered, repeats it. */
	write_as(5, 77, "once ");
	die();
	line_bytes = 0;
	write_as(5, 77, "once ");
	CHECK(line_bytes == 0);
	write_as(5, 78, "twice");
	CHECK_BYTES("a new one", line, line_bytes, "twice");
	type("first\nsecond\n");
	CHECK(read_numbered(5, 79, data, &bytes) == OK);
	CHECK_BYTES("read", data, bytes, "first\n");
	die();
	CHECK(read_numbered(5, 79, data, &bytes) == OK);
	CHECK_BYTES("read again", data, bytes, "first\n");
	CHECK(read_numbered(5, 80, data, &bytes) == OK);
	CHECK_BYTES("the next", data, bytes, "second\n");

	/* It gives up instead: the read is undone, unless another has read on. */
	type("third\nfourth\n");
	CHECK(read_numbered(5, 81, data, &bytes) == OK);
	die();
	CHECK(abandon(5, 81, &m) == ERR_CANCELLED);
	CHECK(read_numbered(6, 1, data, &bytes) == OK);
	CHECK_BYTES("undone", data, bytes, "third\n");
	CHECK(read_numbered(5, 82, data, &bytes) == OK);
	CHECK(abandon(6, 1, &m) == ERR_PEER_DIED);
	CHECK(abandon(5, 83, &m) == ERR_CANCELLED);
}

/* The typed text of a read that was not answered is gone when as much has been typed since as the ring holds. */
static void test_a_read_that_is_too_old(void)
{
	char data[FILE_READ_DATA_MAX];
	size_t bytes;

	set_mode(5, 1, OK);
	type("x");
	CHECK(read_numbered(5, 90, data, &bytes) == OK && bytes == 1);
	for (u32 i = 0; i < KEPT_TYPED; i++) {
		session_typed("y", 1);
		if (i % 64 == 63)
			CHECK(read_numbered(6, 100 + i, data, &bytes) == OK && bytes == 64);
	}
	CHECK(read_numbered(5, 90, data, &bytes) == ERR_PEER_DIED);
	set_mode(5, 0, OK);
}

static void test_a_damaged_state(void)
{
	write_text("\033[Hgone");
	memory->copy[memory->valid].terminal.cursor.row = 1000;
	CHECK(start(true) == KEPT_DAMAGED);
	CHECK(grid_row(terminal_grid(&kept->terminal), 0)[0].code == ' ');
	memory->valid = 7;
	CHECK(start(true) == KEPT_DAMAGED);
	write_text("x");
	CHECK(kept_open(memory, kept_bytes(40, 10) - 1, 40, 10) == KEPT_NONE);
	CHECK(kept_open(memory, MEMORY_BYTES, 41, 10) == KEPT_DAMAGED); /* another screen */
	memset(memory, 0, MEMORY_BYTES);
	CHECK(start(true) == KEPT_NEW && start(true) == KEPT_TAKEN);
}

/* Random events, and deaths between them and in the middle of a commit: the successor's state is the last one. */
static void test_random_deaths(void)
{
	static struct kept before;
	static struct cell cells[2 * 40 * 10]; /* of both screens */
	unsigned long state = 0xdead;

	for (u32 i = 0; i < 3000; i++) {
		char bytes[40];
		size_t count = random_next(&state) % sizeof(bytes);
		for (size_t at = 0; at < count; at++)
			bytes[at] = (char)(random_next(&state) % 4
						   ? (u8) "\033[;?0123456789HJKLMPrhlm\n"
							     [random_next(&state) % 25]
						   : random_next(&state));
		struct request r = request_of(3);
		struct file_write_result taken;
		r.number = 1000 + i;
		if (random_next(&state) % 2)
			file->write(
				&r, &(struct file_write_args){.data = bytes, .data_length = count},
				&taken);
		else
			for (size_t at = 0; at < count; at++)
				session_code((u8)bytes[at]);
		if (random_next(&state) % 8)
			continue;
		bool in_commit = random_next(&state) % 2;
		if (in_commit) {
			terminal_write(&kept->terminal, kept_lines, "half", 4);
			memory->valid = (u64)(kept - memory->copy);
		}
		memcpy(&before, &memory->copy[memory->valid], sizeof(before));
		memcpy(cells, before.terminal.screen[0].cells, sizeof(cells));
		u8 garbage = (u8)random_next(&state);
		memset(memory->copy[!memory->valid].terminal.screen[0].cells, garbage,
		       sizeof(cells));
		memset(&memory->copy[!memory->valid], garbage, sizeof(before));
		CHECK(start(true) == KEPT_TAKEN);
		CHECK(memcmp(cells, kept->terminal.screen[0].cells, sizeof(cells)) == 0);
		/* The instance's own settings, and what output_start marks as to be drawn. */
		memcpy(before.terminal.screen[0].dirty, kept->terminal.screen[0].dirty,
		       sizeof(before.terminal.screen[0].dirty));
		memcpy(before.terminal.screen[1].dirty, kept->terminal.screen[1].dirty,
		       sizeof(before.terminal.screen[1].dirty));
		for (u32 which = 0; which < 2; which++)
			before.terminal.screen[which].cells = kept->terminal.screen[which].cells;
		CHECK(memcmp(&before, kept, sizeof(before)) == 0);
	}
	memset(memory, 0, MEMORY_BYTES);
	CHECK(start(true) == KEPT_NEW);
}

/* ---- a line that stands still ---- */

/* Its bytes are kept up to a limit, and sent when it goes on; a mark states the number of the others. */
static void test_a_line_that_stands_still(void)
{
	char many[801];
	const char *mark;

	memset(many, 'm', 800);
	many[800] = 0;
	line_bytes = 0;
	line_takes = 5;
	write_text("0123456789");
	CHECK_BYTES("as far as it takes them", line, line_bytes, "01234");
	write_text("abc");
	CHECK(server->deadline != 0);
	die(); /* a successor sends the rest, and nothing twice */
	line_takes = SIZE_MAX;
	server->expired();
	CHECK_BYTES("the rest", line, line_bytes, "0123456789abc");
	line_takes = 0;
	for (u32 i = 0; i < 100; i++) /* 80,000 bytes; 65,536 are kept */
		write_text(many);
	line_bytes = 0;
	line_takes = SIZE_MAX;
	write_text("now ");
	write_text("and then");
	line[line_bytes] = 0;
	u32 lost = 0;
	mark = strstr(line, "\r\n[console: the line stood still; ");
	CHECK(mark && sscanf(mark, "\r\n[console: the line stood still; %u bytes lost]\r\nand then",
			     &lost) == 1);
	CHECK(mark - line > KEPT_SENDING - 800 && mark - line + lost == 100 * 800 + 4);
	CHECK(strstr(mark, "]\r\nand then") && !strstr(mark + 4, "[console"));
}

int main(void)
{
	begin();
	test_a_successor_goes_on();
	test_a_read_that_is_too_old();
	test_a_damaged_state();
	test_random_deaths();
	test_a_line_that_stands_still();
	end();
	return check_result("deaths");
}
