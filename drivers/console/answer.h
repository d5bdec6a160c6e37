/* The terminal's reports, which a program reads as if they had been typed. */
#pragma once
#include "drivers/console/terminal.h"

/* CSI … c and n with their markers, and x: DA, DSR, DECREQTPARM. */
void answer_report(struct terminal *t, const struct parser *p);
/* CSI … $ p: DECRQM. */
void answer_mode(struct terminal *t, const struct parser *p);
/* CSI 18 t: the size in characters (xterm). The other window operations have no effect. */
void answer_size(struct terminal *t, const struct parser *p);
/* DA 1, as a VT220 with colours. */
void answer_attributes(struct terminal *t);
