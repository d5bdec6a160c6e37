/*
 * The session: its readers and its writers, on two terminals that show the same. The current terminal is the one that
 * received the last key, and its size is the session's: a program that lays out a line redraws it at that width with
 * the next key. (tmux gives all clients of a session the size of the smallest; then a serial line of unknown width
 * would narrow a screen that a person works at.)
 *
 * A read that finds nothing is answered later. Weighed: rejecting it and having the reader wait on
 * a notification (as seL4's serial servers do), or keeping the caller in a Reply object until
 * there is something (MINIX's suspended requests, QNX's blocked clients). The second was chosen:
 * it costs a client nothing but its call, and the kernel wakes the client if the console dies.
 *
 * Nothing that happens here is lost with the instance: each event ends with a commit (kept.h), and only then is it answered.
 */
#include "drivers/console/session.h"
#include "drivers/console/readers.h"
#include "drivers/console/watch_slots.h"
#include "drivers/console/watchers.h"
#include "lib/microk/util.h"

static bool is_raised; /* the owner of the foreground's job must be signalled, after the commit */
static bool is_cancelled; /* readers must be, too */

static void raised(u32 event)
{
	is_raised |= foreground_note(&kept->foreground, event);
}

static void signalled(enum ldisc_signal signal)
{
	is_cancelled = true;
	raised(1u << signal);
}
_Static_assert(1u << LDISC_INTERRUPT == TTY_SIGNAL_INTERRUPT &&
		       1u << LDISC_QUIT == TTY_SIGNAL_QUIT && 1u << LDISC_STOP == TTY_SIGNAL_STOP,
	       "their bits");

static void signal_owner(void)
{
	if (watch_slot_has(WATCHERS_FOREGROUND))
		watch_slot_signal(watch_slot(WATCHERS_FOREGROUND));
}

/* After a commit. */
static void give_signals(void)
{
	if (is_cancelled)
		readers_fail(ERR_CANCELLED);
	if (is_raised)
		signal_owner();
	is_cancelled = is_raised = false;
}

static void look_at_size(void)
{
	struct output_size size = output_size((enum output_terminal)kept->current);

	if (size.columns == kept->columns && size.rows == kept->rows)
		return;
	if (kept->columns)
		raised(TTY_SIGNAL_RESIZE);
	kept->columns = size.columns;
	kept->rows = size.rows;
}

static struct server server;

static const struct session_calls *calls;
static bool behind;  /* it has more to show */
static bool is_full; /* a device waits for room */

static u64 earlier(u64 a, u64 b)
{
	return !a || (b && b < a) ? b : a;
}

static void set_deadline(void)
{
	server.deadline = behind ? 1
				 : earlier(readers_deadline(),
					   earlier(output_deadline(), output_finish_deadline()));
}

void session_behind(bool is_behind)
{
	behind = is_behind;
	set_deadline();
}

static void catch_up(void)
{
	if (behind)
		session_behind(calls->more());
}

u32 session_room(void)
{
	u32 room = ldisc_room(&kept->ldisc);

	is_full = room == 0;
	return room;
}

static void resume(void)
{
	if (is_full && ldisc_room(&kept->ldisc) > 0) {
		is_full = false;
		calls->resume();
	}
}

void session_save(void)
{
	look_at_size();
	kept_commit();
	give_signals();
	output_finish();
	set_deadline();
}

void session_settle(void)
{
	char answer[TERMINAL_ANSWER_MAX];
	size_t count = output_answer_take(answer);

	if (count > 0)
		ldisc_type(&kept->ldisc, answer, count);
	look_at_size();
	kept_commit();
	give_signals();
	readers_serve();
	watchers_look(ldisc_is_readable(&kept->ldisc));
	output_finish();
	set_deadline();
}

static void type(enum output_terminal where, const char *bytes, size_t count)
{
	if (count > 0) {
		kept->current = where;
		kept->any_typed = true;
		output_look(0);
	}
	ldisc_type(&kept->ldisc, bytes, count);
	session_settle();
}

#define LOST "[the keyboard has dropped keys]\n"

void session_code(u8 code)
{
	char bytes[KEYBOARD_BYTES_MAX];

	kept->keyboard.application_cursor = output_application_cursor();
	size_t count = keyboard_scan(&kept->keyboard, code, bytes);
	if (kept->keyboard.lost)
		output_replay(LOST, sizeof(LOST) - 1);
	if (kept->keyboard.pages != 0)
		output_look(kept->keyboard.pages);
	if (count > 0)
		session_typed(bytes, count);
	else
		session_save();
}

void session_typed(const char *bytes, size_t count)
{
	type(OUTPUT_SCREEN, bytes, count);
}

void session_received(const char *bytes, size_t count)
{
	char typed[SESSION_RECEIVE_MAX + REMOTE_HELD_MAX];

	count = output_receive(bytes, count, typed);
	if (!kept->any_typed && output_answered())
		kept->current = OUTPUT_LINE;
	type(OUTPUT_LINE, typed, count);
}

/* Held bytes that did not become an answer in time were typed, usually as an Escape key. */
static void expired(void)
{
	char typed[REMOTE_HELD_MAX];
	u64 due = output_deadline();

	if (due != 0 && tsc_read() >= due)
		type(OUTPUT_LINE, typed, output_release(typed));
	readers_serve();
	output_finish();
	catch_up();
	set_deadline();
}

/* ---- the server ---- */

static void dispatch(struct request *r)
{
	calls->dispatch(r);
	resume();
	catch_up();
	set_deadline();
}

static void closed(u64 badge)
{
	readers_forget(badge);
	watchers_forget(badge);
	if (kept->is_set && kept->set_badge == badge) {
		ldisc_set_raw(&kept->ldisc, false);
		kept->is_set = false;
	}
	session_settle();
	resume();
}

static void set(struct kept *k)
{
	k->ldisc.echo = output_program;
	k->ldisc.signalled = signalled;
	k->ldisc.joins = true;
	k->ldisc.ready.byte = kept_area->typed;
	k->ldisc.ready.mark = kept_area->typed_marks;
}

void session_start(void)
{
	kept_each(set);
	if (!kept->any_typed)
		kept->current = output_has(OUTPUT_SCREEN) ? OUTPUT_SCREEN : OUTPUT_LINE;
}

_Noreturn void session_run(cap_t endpoint, const struct session_calls *given)
{
	calls = given;
	server.name = "console";
	server.dispatch = dispatch;
	server.closed = closed;
	server.expired = expired;
	server.endpoint = endpoint;
	server.notified = given->notified;
	server.receive_caps = 1;
	watchers_take_over();
	if (kept->foreground.counts)
		signal_owner();
	server_run(&server);
}
