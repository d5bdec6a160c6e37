/*
 * The numbers of protocol dir, for servers and clients alike.
 *
 * The flags of open follow Plan 9 rather than POSIX in one point: a client that wants a directory asks for one, so that it
 * never gets a capability to a file that it did not expect.
 */
#pragma once
#include "protocols/file.h"

/* dir.open's flags. Without OPEN_WRITE_ONLY the file can be read. */
#define OPEN_WRITE 0x1u      /* the capability has the right write */
#define OPEN_DIRECTORY 0x2u  /* ERR_NOT_DIR for anything else */
#define OPEN_CREATE 0x4u     /* makes the file if there is none */
#define OPEN_EXCLUSIVE 0x8u  /* with OPEN_CREATE: ERR_EXISTS if there is one */
#define OPEN_TRUNCATE 0x10u  /* makes a file empty that is opened to be written */
#define OPEN_APPEND 0x20u    /* each file.write goes to the end */
#define OPEN_NO_FOLLOW 0x40u /* ERR_LOOP for a symbolic link at the end of the path */
#define OPEN_WRITE_ONLY 0x80u /* the capability has not the right read; with OPEN_WRITE */
#define OPEN_ROOT 0x100u     /* the directory is the root of all that is opened by the new capability: its ".." leads out */
#define OPEN_FLAGS 0x1ffu

/* Flags of the other operations. */
#define AT_NO_FOLLOW 0x1u
#define AT_DIRECTORY 0x2u
#define AT_EXCLUSIVE 0x4u

#define DIR_PATH_MAX 880u       /* bytes of a path in one request; a longer one is walked in steps (lib/file) */
#define DIR_PAIR_MAX 440u       /* of each path where there are two */
#define FILE_PATH_MAX 4096u     /* bytes of a path that a program uses */
#define DIR_LINKS_MAX 40u       /* symbolic links that one path may lead through, those of the client's namespace included */
