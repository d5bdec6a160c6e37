/* Stage 3 starts no processes. */
#include "servers/proc/proc_programs.h"

u32 programs_next(u32 after)
{
	(void)after;
	return 0;
}

enum microk_status programs_status(struct text *t, u64 tsc_hz, u32 number)
{
	(void)t, (void)tsc_hz, (void)number;
	return ERR_NOT_FOUND;
}

enum microk_status programs_stat(struct text *t, u64 tsc_hz, u32 number)
{
	return programs_status(t, tsc_hz, number);
}

enum microk_status programs_maps(struct text *t, u32 number)
{
	return programs_status(t, 0, number);
}

enum microk_status programs_cmdline(struct text *t, u32 number)
{
	return programs_status(t, 0, number);
}
