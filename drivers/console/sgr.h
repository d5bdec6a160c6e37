/* Select graphic rendition: the attributes of characters to come (CSI … m). */
#pragma once
#include "drivers/console/cell.h"
#include "drivers/console/parser.h"

/* A blank in the terminal's default colours. */
struct cell sgr_default(void);

/* Applies a CSI m sequence to the pen. */
void sgr_apply(struct cell *pen, const struct parser *p);
