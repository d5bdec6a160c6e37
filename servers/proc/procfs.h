/*
 * /proc: the system and its processes as text.
 *
 *   ipc_stats meminfo version uptime     the whole system
 *   N/status N/caps                      process N, as init reports it
 */
#pragma once
#include "microk/info.h"
#include "lib/fileserver/fs.h"

/* `info` is the mapped information area, `init` a capability of protocol inspect with the right inspect. */
struct fs *procfs_open(const volatile struct microk_info *info, cap_t init);
