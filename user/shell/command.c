/* The table of commands and what they share. A command is one file with one `struct command`. */
#include "user/shell/command.h"
#include "microk/info.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "user/shell/nearest.h"
#include "user/shell/output.h"

extern const struct command command_bg, command_bracket, command_caps, command_cat, command_cd,
	command_clear, command_cp, command_date, command_df, command_dmesg, command_echo,
	command_false, command_fg, command_free, command_help, command_history, command_ipcbench,
	command_jobs, command_kill, command_ln, command_loadkeys, command_ls, command_lspci,
	command_mkdir, command_mount, command_mv, command_poweroff, command_ps, command_pwd,
	command_reboot, command_rm, command_sleep, command_sync, command_test, command_top,
	command_touch, command_trace, command_true, command_uname, command_uptime, command_wait;

const struct command *const commands[] = {
	&command_bg,       &command_bracket,  &command_caps,  &command_cat,   &command_cd,
	&command_clear,    &command_cp,       &command_date,  &command_df,    &command_dmesg,
	&command_echo,     &command_false,    &command_fg,    &command_free,  &command_help,
	&command_history,  &command_ipcbench, &command_jobs,  &command_kill,  &command_ln,
	&command_loadkeys, &command_ls,       &command_lspci, &command_mkdir, &command_mount,
	&command_mv,       &command_poweroff, &command_ps,    &command_pwd,   &command_reboot,
	&command_rm,       &command_sleep,    &command_sync,  &command_test,  &command_top,
	&command_touch,    &command_trace,    &command_true,  &command_uname, &command_uptime,
	&command_wait,
};
const u32 command_count = ARRAY_LEN(commands);

const struct command *command_find(const char *name)
{
	for (u32 i = 0; i < command_count; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

const struct command *command_nearest(const char *name)
{
	const struct command *nearest = NULL;
	u32 least = strlen(name) < 4 ? 2 : 3; /* words at this distance are not mistypings */

	for (u32 i = 0; i < command_count; i++) {
		u32 distance = word_distance(name, commands[i]->name);
		if (distance < least) {
			least = distance;
			nearest = commands[i];
		}
	}
	return nearest;
}

int command_run(const struct command *c, u32 count, char **words)
{
	struct arguments a;

	switch (arguments_parse(&c->accepts, count, words, &a)) {
	case ARGUMENTS_HELP: out("usage: %s\n", c->usage); return EXIT_OK;
	case ARGUMENTS_WRONG: return command_usage(c);
	case ARGUMENTS_OK: break;
	}
	return c->run(&a);
}

const char *command_error(enum microk_status status, const char *no_server)
{
	switch (status) {
	case ERR_CAP: /* revoked when the server ended */
	case ERR_PEER_DIED:
	case ERR_GONE: return no_server;
	default: return status_text(status);
	}
}

int command_usage(const struct command *c)
{
	err_row("usage: %s", c->usage);
	return EXIT_USAGE;
}

cap_t command_grant(const char *command, const char *name)
{
	cap_t cap = grant_find(name);

	if (cap == 0)
		err_row("%s: this shell was not given \"%s\"; grant it in system.conf", command,
			name);
	return cap;
}

static u32 terminal_columns = 80, terminal_rows = 24;

u32 command_columns(void)
{
	return terminal_columns;
}
u32 command_rows(void)
{
	return terminal_rows;
}
void command_set_size(u32 columns, u32 rows)
{
	terminal_columns = columns;
	terminal_rows = rows;
}

const struct microk_info *command_info_area(const char *command)
{
	const struct startup_entry *e = grant_entry("info");
	const struct microk_info *info = e ? (const struct microk_info *)e->address : NULL;

	if (!info || info->magic != INFO_MAGIC) {
		err_row("%s: this shell was not given \"info\", mapped; grant it in system.conf",
			command);
		return NULL;
	}
	return info;
}
