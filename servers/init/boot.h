/* The kernel's grants to the root task: the information area, the boot archive, devices. */
#pragma once
#include "microk/info.h"
#include "lib/archive/archive.h"
#include "lib/microk/ipc.h"

extern const struct microk_info *info;

/* Whether the kernel's command line contains this word ("report", "exit=debug"). */
bool boot_option(const char *word);

bool boot_file(const char *path, struct archive_file *out);

/* The number of frames in the root's CSpace that contain the archive. */
u32 boot_archive_runs(void);
/* The framebuffer's frames, made at the first call; *count is 0 on a machine without one. */
enum microk_status boot_framebuffer(cap_t *first, u32 *count);

/* Makes a capability to these ports alone in a new slot of init; 0 if that failed. */
cap_t boot_ports(u16 first, u32 count);
