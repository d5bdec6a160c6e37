/*
 * The numbers of protocol vfs, for servers and clients alike.
 *
 * The flags of open follow Plan 9 rather than POSIX in one point: a client that wants a directory asks for one, so that it
 * never gets a capability to a file that it did not expect.
 */
#pragma once
#include "protocols/file.h"

/* vfs.open's flags. Reading is always implied. */
#define OPEN_WRITE 0x1u     /* needs the vfs capability's right write */
#define OPEN_DIRECTORY 0x2u /* ERR_NOT_DIR for anything else */
#define OPEN_FLAGS (OPEN_WRITE | OPEN_DIRECTORY)

#define FILE_PATH_MAX 255u /* bytes of a whole path */
