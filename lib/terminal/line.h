/* The line that is being edited, and its echo; for this folder alone. */
#pragma once
#include "lib/terminal/discipline.h"

/* Echoes a byte that was typed. Controls show as ^X, so that each byte of the line is visible. */
void line_echo(struct ldisc *l, char c);
/* Shows bytes, if there is echo. */
void line_show(struct ldisc *l, const char *bytes, size_t count);
void line_bell(struct ldisc *l);

/* Adds a byte at the end. */
void line_add(struct ldisc *l, char c);

/* VERASE, VWERASE and VKILL; `key` is the byte that was typed for it. */
void line_erase(struct ldisc *l, char key);
void line_erase_word(struct ldisc *l, char key);
void line_kill(struct ldisc *l, char key);
/* VREPRINT. */
void line_reprint(struct ldisc *l, char key);

/* The messages that bytes were dropped, when they can be shown. */
void line_report_cut(struct ldisc *l);
void line_report_dropped(struct ldisc *l);
