/*
 * The log is a server that calls no other program, so this driver may call it and wait for its answers. If the log ends, the
 * console goes on, and init shows its own lines on the serial line.
 *
 * Weighed: a log that writes to the console, as syslogd writes to terminals. With it the console's own lines would go round
 * in a circle, and a console that hangs would also stop the log.
 */
#include "drivers/console/journal.h"
#include "drivers/console/output.h"
#include "gen/protocols/log_client.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"

#define LINES_AT_ONCE 16 /* a long line takes 20 ms at 115200 */

static cap_t log;

static void show_line(struct log_read_result *line)
{
	size_t bytes = strnlen(line->text, LOG_READ_TEXT_MAX);

	line->text[bytes] = '\n'; /* in the place of the terminator */
	if (line->on_serial)
		output_replay(line->text, bytes + 1);
	else
		output_write(line->text, bytes + 1);
}

bool journal_show(void)
{
	struct log_read_result line;
	u32 shown = 0;

	while (log != 0 && shown < LINES_AT_ONCE && log_read(log, kept->next_line, &line) == OK &&
	       line.number >= kept->next_line) {
		show_line(&line);
		kept->next_line = line.number + 1;
		shown++;
	}
	if (shown > 0) {
		kept_commit();
		log_shown(log, kept->next_line);
		output_finish();
	}
	return shown == LINES_AT_ONCE;
}

bool journal_start(cap_t log_cap, cap_t signal)
{
	enum microk_status status = log_watch(log_cap, signal);

	log = log_cap;
	if (status != OK)
		print("console: the log does not report new lines: %s: %s\n", status_name(status),
		      status_text(status));
	return journal_show();
}
