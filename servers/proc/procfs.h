/*
 * /proc: the system and its processes as text.
 *
 *   ipc_stats meminfo version uptime     the whole system
 *   pci                                  the functions of PCI, where their owner can be asked
 *   mounts                               the reader's own namespace
 *   N/status N/caps N/mounts             process N, as init reports it
 */
#pragma once
#include "microk/info.h"
#include "lib/fileserver/fs.h"

/* `info` is the mapped information area, `init` a capability of protocol inspect with the right inspect, `pci` one of protocol pci
 * with the right list, or 0. */
struct fs *procfs_open(const volatile struct microk_info *info, cap_t init, cap_t pci);
