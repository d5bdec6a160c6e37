/* The texts of /proc's files. */
#pragma once
#include "microk/error.h"
#include "microk/info.h"

#define PROC_TEXT_MAX (96 * 1024) /* a CNode of 1,024 slots as a table */

/* Text that grows up to a limit. A piece that does not fit is dropped whole, and `cut` is set. */
struct text {
	char *bytes;
	size_t used, max;
	bool cut;
};

void text_add(struct text *t, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* A thread's state (enum thread_state) in a word. */
const char *text_state(u32 state);

/* The system's files. */
enum microk_status proc_ipc_stats(struct text *t, const volatile struct microk_info *info);
enum microk_status proc_uptime(struct text *t, const volatile struct microk_info *info,
			       u64 now_tsc);
enum microk_status proc_version(struct text *t, const volatile struct microk_info *info);
enum microk_status proc_meminfo(struct text *t, cap_t init);
enum microk_status proc_pci(struct text *t, cap_t pci);

/* A process's files: ERR_NOT_FOUND when there is no process `id`. */
enum microk_status proc_status(struct text *t, cap_t init, u64 tsc_hz, u32 id);
enum microk_status proc_caps(struct text *t, cap_t init, u32 id);
enum microk_status proc_mounts(struct text *t, cap_t init, u32 id);
