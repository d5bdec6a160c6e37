/*
 * /dev: the devices that do not belong to one program.
 *
 *   null zero full        as everywhere
 *   random urandom        numbers that cannot be foreseen (random.h); the two names are one file
 *   disk disk1 disk2 ...  the disk and its partitions (disks.h), for a client whose capability to /dev has the right manage
 */
#pragma once
#include "lib/fileserver/fs.h"

struct fs *devfs_open(void);
