/*
 * The numbers that protocols file and vfs speak of, for servers and clients alike.
 *
 * Flags of open follow Plan 9 rather than POSIX in one point: asking for a directory is part of
 * asking, so that a client never holds a capability to something it did not expect.
 */
#pragma once

/* vfs.open's flags. Reading is always asked for. */
#define OPEN_WRITE 0x1u     /* needs the vfs capability's right write */
#define OPEN_DIRECTORY 0x2u /* ERR_NOT_DIR for anything else */
#define OPEN_FLAGS (OPEN_WRITE | OPEN_DIRECTORY)

/* `kind` of file.stat, file.entry and vfs.stat. */
enum file_kind { KIND_FILE = 0, KIND_DIRECTORY = 1, KIND_TERMINAL = 2, KIND_PIPE = 3 };

/* `whence` of file.seek. */
enum file_whence { SEEK_FROM_START = 0, SEEK_FROM_HERE = 1, SEEK_FROM_END = 2 };

#define FILE_NAME_MAX 127u /* bytes of one path component */
#define FILE_PATH_MAX 255u /* bytes of a whole path */
#define FILE_DATA_MAX 896u /* bytes that one read or write carries */
