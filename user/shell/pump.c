#include "user/shell/pump.h"
#include "gen/protocols/file_client.h"
#include "gen/protocols/pipe_client.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "protocols/pipe.h"
#include "user/shell/bell.h"
#include "user/shell/foreground.h"

static struct pump *pumps;

enum microk_status pipe_of_shell(cap_t *reader, cap_t *writer)
{
	cap_t server = grant_find("pipe");
	enum microk_status status = server ? OK : ERR_CAP;

	*reader = status == OK ? slot_alloc() : 0;
	*writer = *reader ? slot_alloc() : 0;
	if (status == OK && !*writer)
		status = ERR_LIMIT;
	if (status == OK)
		status = pipe_make(server, 0, *reader, *writer);
	if (status == OK)
		return OK;
	if (*reader)
		slot_free(*reader);
	if (*writer)
		slot_free(*writer);
	*reader = *writer = 0;
	return status;
}

static void drop(cap_t *end)
{
	if (*end)
		slot_drop(*end);
	*end = 0;
}

void pump_begin(struct pump *p)
{
	p->next = pumps;
	pumps = p;
}

void pump_end(struct pump *p)
{
	for (struct pump **at = &pumps; *at; at = &(*at)->next)
		if (*at == p) {
			*at = p->next;
			break;
		}
	drop(&p->from);
	drop(&p->to);
}

bool pump_is_done(const struct pump *p)
{
	return !p->from && !p->to;
}

/* ---- One step ---- */

/* A failed server is the end of its pipe. */
static struct pipe_state_result state_of(cap_t end)
{
	struct pipe_state_result state;

	if (pipe_state(end, &state) != OK)
		state = (struct pipe_state_result){.events = PIPE_HANGUP};
	return state;
}

/* True: bytes have come, or the end. */
static bool take(struct pump *p)
{
	struct pipe_state_result state = state_of(p->from);
	struct file_read_result piece;

	if (state.readable > 0 && file_read(p->from, FILE_DATA_MAX, &piece) == OK &&
	    piece.data_length > 0) {
		if (spool_write(p->spool, piece.data, piece.data_length) == piece.data_length)
			return true;
		p->status = ERR_NO_SPACE;
	} else if (state.readable == 0 && !(state.events & PIPE_HANGUP)) {
		return false;
	}
	drop(&p->from);
	return true;
}

/* True: bytes have gone, or no process reads any more. */
static bool give(struct pump *p)
{
	struct pipe_state_result state = state_of(p->to);
	struct file_write_result taken;
	u8 piece[FILE_DATA_MAX];
	size_t bytes = MIN((size_t)state.writable, sizeof(piece));

	if (!(state.events & PIPE_HANGUP) && bytes == 0)
		return false;
	bytes = spool_read(p->spool, piece, bytes);
	/* The room is there, and the shell alone writes to this end: nothing waits, and all is taken. */
	if (!(state.events & PIPE_HANGUP) && file_write(p->to, piece, bytes, &taken) == OK)
		return true;
	drop(&p->to);
	drop(&p->from);
	spool_clear(p->spool);
	return true;
}

static bool step(struct pump *p)
{
	bool moved = false;

	if (p->fills && p->to && spool_is_empty(p->spool) && !p->from) {
		drop(&p->to);
		return true;
	}
	/* A pump between two pipes takes a piece at a time, so that the pipe before it fills as the one after it does. */
	if (p->from && (!p->fills || spool_is_empty(p->spool)))
		moved = take(p);
	if (p->to && !spool_is_empty(p->spool))
		moved |= give(p);
	return moved;
}

void pumps_move(void)
{
	for (struct pump *p = pumps; p; p = p->next)
		while (!pump_is_done(p) && step(p))
			;
}

static void watch(cap_t end, u32 events)
{
	cap_t signal;

	if (bell_cap(BELL_PIPE, &signal) == OK)
		file_watch(end, &(struct file_watch_args){.events = events, .signal = signal});
}

void pumps_watch(void)
{
	for (struct pump *p = pumps; p; p = p->next) {
		if (p->from && (!p->fills || spool_is_empty(p->spool)))
			watch(p->from, EVENT_READABLE);
		if (p->to && !spool_is_empty(p->spool))
			watch(p->to, EVENT_WRITABLE);
	}
}

/* ---- The shell's own reading and writing ---- */

/* Waits until the end can go on, which may have happened meanwhile. */
static enum microk_status wait_for(cap_t end, u32 events)
{
	watch(end, events);
	bell_wait();
	return foreground_interrupted() ? ERR_CANCELLED : OK;
}

bool pipe_has(cap_t from)
{
	struct pipe_state_result state = state_of(from);

	return state.readable > 0 || state.events & PIPE_HANGUP;
}

enum microk_status pipe_read(cap_t from, void *to, size_t bytes, size_t *got)
{
	struct file_read_result piece;
	enum microk_status status = OK;

	*got = 0;
	while (status == OK) {
		struct pipe_state_result state = state_of(from);
		if (state.readable > 0)
			break;
		if (state.events & PIPE_HANGUP)
			return OK;
		status = wait_for(from, EVENT_READABLE);
	}
	if (status == OK)
		status = file_read(from, (u32)MIN(bytes, (size_t)FILE_DATA_MAX), &piece);
	if (status == OK) {
		*got = piece.data_length;
		memcpy(to, piece.data, *got);
	}
	return status;
}

enum microk_status pipe_write(cap_t to, const void *data, size_t bytes)
{
	struct file_write_result taken;
	enum microk_status status = OK;
	const u8 *from = data;

	while (bytes > 0 && status == OK) {
		struct pipe_state_result state = state_of(to);
		size_t piece = MIN(bytes, MIN((size_t)state.writable, (size_t)FILE_DATA_MAX));
		if (state.events & PIPE_HANGUP)
			return ERR_BROKEN;
		if (piece == 0) {
			status = wait_for(to, EVENT_WRITABLE);
			continue;
		}
		status = file_write(to, from, piece, &taken);
		if (status == OK && taken.written > piece)
			status = ERR_BROKEN;
		if (status == OK) {
			from += taken.written;
			bytes -= taken.written;
		}
	}
	return status;
}
