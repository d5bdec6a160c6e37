/*
 * init's lines on their way to the log, in frames that both see (protocols/init_log.h). Before stage 4 there is no log: a
 * stand-in keeps nothing, and all lines are init's own to show.
 */
#pragma once
#include "lib/microk/ipc.h"

/* The frames' capabilities in init's CSpace. */
struct outbox_frames {
	cap_t lines, shown;
};

/* Makes the frames. `signal`: the Notification of the service that reads them. */
enum microk_status outbox_make(cap_t signal, struct outbox_frames *made);

/* The name that the log signs a service's lines with. */
void outbox_name(u32 id, const char *name);

/* Whether a program shows the log's lines on the serial line; until it does, init shows its own. */
void outbox_shown_by_log(bool by_log);

/* Adds a line, without its end. Never waits. True if the log's readers will show it. */
bool outbox_put(const char *line, size_t bytes);

/* Must be called before a line is added. If the ring is full, and no program has shown the oldest line, that line would be
 * lost: copies it to `to` and counts it as shown by init. Returns its length; -1 if there is room. */
int outbox_make_room(char *to);

/* The oldest line that no program has put on the serial line: copies it to `to` and counts it as shown by init. Returns its
 * length, at most INIT_LOG_TEXT; -1 if there is none. */
int outbox_take_back(char *to);
