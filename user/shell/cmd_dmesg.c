/* dmesg: the system's log, as the log server keeps it. */
#include "gen/protocols/log_client.h"
#include "lib/microk/string.h"
#include "user/shell/command.h"
#include "user/shell/output.h"

extern const struct command command_dmesg;

static enum microk_status count_lines(cap_t log, u64 *count)
{
	struct log_read_result line;
	enum microk_status status;
	u64 from = 1;

	*count = 0;
	while ((status = log_read(log, from, &line)) == OK) {
		++*count;
		from = line.number + 1;
	}
	return status == ERR_NOT_FOUND ? OK : status;
}

/* Passes over `skip` lines and shows `count`. Lines that come meanwhile are left for the next time: this must end. */
static enum microk_status show_lines(cap_t log, u64 skip, u64 count)
{
	struct log_read_result line;
	u64 from = 1;

	for (u64 i = 0; i < skip + count; i++) {
		enum microk_status status = log_read(log, from, &line);

		if (status != OK)
			return status == ERR_NOT_FOUND ? OK : status;
		if (i >= skip)
			out("%s\n", line.text);
		from = line.number + 1;
	}
	return OK;
}

static int dmesg_run(const struct arguments *a)
{
	u64 wanted = ~0ul, kept;
	cap_t log;
	enum microk_status status;

	if (a->value && !string_number(a->value, &wanted))
		return command_usage(&command_dmesg);
	log = command_grant("dmesg", "log");
	if (log == 0)
		return EXIT_FAILED;
	status = count_lines(log, &kept);
	if (status == OK)
		status = show_lines(log, kept - MIN(kept, wanted), MIN(kept, wanted));
	if (status == OK)
		return EXIT_OK;
	err_row("dmesg: the log could not be read: %s", command_error(status, "it is not running"));
	return EXIT_FAILED;
}

const struct command command_dmesg = {
	.name = "dmesg",
	.usage = "dmesg [-n LINES]",
	.summary = "Show the system's log",
	.details = "Lines of the kernel, of init and of the services, oldest first; -n LINES: the "
		   "last of "
		   "them. The log keeps the newest lines of each.",
	.accepts = {"n:", 0, 0},
	.run = dmesg_run,
};
