/* The lines of the kernel and of init, which lie in memory that the log only reads. */
#pragma once
#include "microk/info.h"
#include "protocols/init_log.h"

struct sources {
	const struct microk_info *info;  /* NULL: the grant is missing, and with it the kernel's lines */
	u64 info_bytes;                  /* that are mapped */
	const struct init_log *init;     /* NULL likewise */
	struct init_log_shown *shown;    /* NULL likewise */
};

void sources_setup(const struct sources *from);

/* Takes what is new, whole lines only; returns whether there was anything. */
bool sources_take(void);

/* Reports to init that lines with smaller numbers are on the serial line. */
void sources_shown(u64 before);

/* The name of the service with that process id; "" if there is none. It is valid until the next call. */
const char *sources_name(u32 id);
