#include "tests/guest/terminals/terminals.h"
#include "lib/microk/string.h"

struct terminal_ends open_terminal(cap_t client, u32 flags)
{
	struct terminal_ends t = {kit_slot(), kit_slot()};

	EXPECT(OK, pipe_terminal(client, flags, t.master, t.slave));
	return t;
}

void close_terminal(struct terminal_ends t)
{
	slot_delete(t.master);
	slot_delete(t.slave);
	settle();
}

void put_text(cap_t file, const char *text)
{
	struct file_write_result done = {0};

	for (size_t left = strlen(text); left && !kit_failures_here(); left -= done.written) {
		EXPECT(OK, file_write(file, text, MIN(left, FILE_DATA_MAX), &done));
		CHECK(done.written && done.written <= left);
		text += done.written;
	}
}

static void expect_text(const char *file, int line, const u8 *got, size_t size, const char *want)
{
	char shown[100];
	size_t count = MIN(size, sizeof(shown) - 1);

	if (size == strlen(want) && !memcmp(got, want, size))
		return;
	memcpy(shown, got, count);
	shown[count] = 0;
	kit_fail(file, line, "expected \"%s\", came %lu bytes, \"%s\"", want, size, shown);
}

void get_text(const char *file, int line, cap_t end, u32 size, const char *want)
{
	static struct file_read_result got;
	enum microk_status status = file_read(end, size, &got);

	if (status != OK)
		kit_fail(file, line, "expected \"%s\", came %s", want, status_name(status));
	else
		expect_text(file, line, got.data, got.data_length, want);
}

void get_shown(const char *file, int line, cap_t master, const char *want)
{
	static struct file_read_result got;
	static u8 all[2 * RING_BYTES];
	size_t size = 0, wanted = strlen(want);

	while (size < wanted && !kit_failures_here()) {
		EXPECT(OK, file_read(master, (u32)MIN(wanted - size, FILE_DATA_MAX), &got));
		if (got.data_length == 0)
			break;
		memcpy(all + size, got.data, got.data_length);
		size += got.data_length;
	}
	expect_text(file, line, all, size, want);
}

bool has_read(const struct worker *w, const char *text)
{
	return w->done && w->status == OK && w->length == strlen(text) &&
	       !memcmp(w->bytes, text, w->length);
}

struct tty_settings_result settings_of(cap_t end)
{
	struct tty_settings_result s = {0};

	EXPECT(OK, tty_settings(end, &s));
	EXPECT_U64(TTY_SPECIALS, s.special_length);
	return s;
}

enum microk_status change_settings(cap_t end, u32 when, const struct tty_settings_result *s)
{
	struct tty_set_settings_args args = {
		.when = when,
		.input = s->input,
		.output = s->output,
		.control = s->control,
		.local = s->local,
		.special = s->special,
		.special_length = s->special_length};

	return tty_set_settings(end, &args);
}

void set_local(cap_t end, u32 add, u32 remove)
{
	struct tty_settings_result s = settings_of(end);

	s.local = (s.local | add) & ~remove;
	EXPECT(OK, change_settings(end, TTY_NOW, &s));
}

struct tty_signals_result signals_of(cap_t end)
{
	struct tty_signals_result s = {0};

	EXPECT(OK, tty_signals(end, &s));
	return s;
}

u64 bits_of(cap_t notification)
{
	struct message m = {.tag = TAG_DEADLINE};

	ipc_buffer->deadline = 1; /* it is over: the call returns at once */
	return ipc(SYS_WAIT, notification, &m) == OK ? m.badge : 0;
}

enum microk_status put_in_foreground(cap_t end, u32 group, u32 events, cap_t notification,
				     u64 badge)
{
	struct tty_foreground_args args = {
		.group = group,
		.events = events,
		.signal = kit_mint(notification, RIGHT_WRITE, badge, MINT_BADGE)};
	enum microk_status status = tty_foreground(end, &args);

	slot_delete(args.signal);
	return status;
}
