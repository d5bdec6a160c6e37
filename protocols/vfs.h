/*
 * The numbers of protocol vfs, for servers and clients alike.
 *
 * Flags of open follow Plan 9 rather than POSIX in one point: asking for a directory is part of
 * asking, so that a client never holds a capability to something it did not expect.
 */
#pragma once
#include "protocols/file.h"

/* vfs.open's flags. Reading is always asked for. */
#define OPEN_WRITE 0x1u     /* needs the vfs capability's right write */
#define OPEN_DIRECTORY 0x2u /* ERR_NOT_DIR for anything else */
#define OPEN_FLAGS (OPEN_WRITE | OPEN_DIRECTORY)

#define FILE_PATH_MAX 255u /* bytes of a whole path */
