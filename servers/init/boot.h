/* What the kernel handed to the root task: the information area, the boot archive, devices. */
#pragma once
#include "microk/info.h"
#include "lib/archive/archive.h"
#include "lib/microk/ipc.h"

extern const struct microk_info *info;

/* Whether the kernel command line has this word ("report", "exit=debug"). */
bool boot_option(const char *word);

bool boot_file(const char *path, struct archive_file *out);

/* How many frames of the root's CSpace hold the archive. */
u32 boot_archive_runs(void);
/* Pages of `count` frames from `first` on. */
u64 boot_frame_pages(cap_t first, u32 count);
/* The framebuffer's frames, made when first asked for; *count is 0 on a machine without one. */
enum microk_status boot_framebuffer(cap_t *first, u32 *count);

/* A capability to these ports alone, in a new slot of init's; 0 if that failed. */
cap_t boot_ports(u16 first, u32 count);
