#include "lib/terminal/settings_message.h"
#include "lib/microk/string.h"

enum microk_status settings_take(const struct tty_set_settings_args *args,
				 struct settings *settings)
{
	if (args->when > TTY_FLUSH || args->special_length != TTY_SPECIALS)
		return ERR_ARG;
	settings->input = args->input;
	settings->output = args->output;
	settings->control = args->control;
	settings->local = args->local;
	memcpy(settings->special, args->special, TTY_SPECIALS);
	return OK;
}

void settings_give(const struct settings *settings, struct tty_settings_result *result)
{
	result->input = settings->input;
	result->output = settings->output;
	result->control = settings->control;
	result->local = settings->local;
	result->special_length = TTY_SPECIALS;
	memcpy(result->special, settings->special, TTY_SPECIALS);
}

enum microk_status foreground_take(const struct tty_foreground_args *args, struct foreground *f)
{
	if (args->events & ~TTY_SIGNALS_ALL)
		return ERR_ARG;
	f->group = args->group;
	f->events = args->events;
	f->counts = 1;
	return OK;
}

void foreground_give(const struct foreground *f, struct tty_signals_result *result)
{
	*result = (struct tty_signals_result){
		.group = f->group,
		.interrupts = f->count[0],
		.quits = f->count[1],
		.stops = f->count[2],
		.hangups = f->count[3],
		.resizes = f->count[4]};
}
