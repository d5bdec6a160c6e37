/* The directories of a shell, of which some cannot be written, and a record of the ones that were opened. */
#pragma once
#include "user/shell/sandbox.h"

extern struct sandbox table; /* as it was read */
extern char defect[100];     /* its text; empty: there is none */
extern u32 opens, open_flags[4];
extern char open_path[64];
extern cap_t open_slot;
extern enum microk_status open_status[4]; /* of the first, the second and so on */

void begin_opens(void);
bool read_table(const char *text);
enum microk_status open_entry(const char *directory, bool read_only, cap_t slot);
