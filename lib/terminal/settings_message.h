/* Settings in the messages of protocol tty. */
#pragma once
#include "gen/protocols/tty_server.h"
#include "lib/terminal/foreground.h"
#include "lib/terminal/settings.h"

/* ERR_ARG: `when` or the number of special characters is wrong. */
enum microk_status settings_take(const struct tty_set_settings_args *args, struct settings *settings);
void settings_give(const struct settings *settings, struct tty_settings_result *result);

/* ERR_ARG: there is no such event. */
enum microk_status foreground_take(const struct tty_foreground_args *args, struct foreground *f);
void foreground_give(const struct foreground *f, struct tty_signals_result *result);
