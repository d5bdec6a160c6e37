/* The numbers of protocol file, for servers and clients alike. */
#pragma once

/* `kind` of file.stat, file.entry and dir.stat. */
enum file_kind {
	KIND_FILE = 0,
	KIND_DIRECTORY = 1,
	KIND_TERMINAL = 2,
	KIND_PIPE = 3,
	KIND_LINK = 4, /* symbolic */
	KIND_CHARACTER = 5,
	KIND_BLOCK = 6,
	KIND_SOCKET = 7
};

/* `whence` of file.seek. */
enum file_whence { SEEK_FROM_START = 0, SEEK_FROM_HERE = 1, SEEK_FROM_END = 2 };

/* `what` of file.set and dir.set: the attributes that change. */
#define SET_MODE 0x1u
#define SET_OWNER 0x2u
#define SET_GROUP 0x4u
#define SET_ACCESSED 0x8u
#define SET_MODIFIED 0x10u
#define SET_ALL 0x1fu

/* `events` of file.watch. */
#define EVENT_READABLE 0x1u
#define EVENT_WRITABLE 0x2u

/* `kind` and `flags` of file.lock. */
enum lock_kind { LOCK_NONE = 0, LOCK_READ = 1, LOCK_WRITE = 2 };
#define LOCK_WAIT 0x1u  /* for the other owners */
#define LOCK_WHOLE 0x2u /* a lock of the whole file, which no lock of a range meets (flock(2)) */
#define LOCK_FLAGS 0x3u

#define FILE_NAME_MAX 255u     /* bytes of one path component */
#define FILE_DATA_MAX 896u     /* bytes that one read or write carries */
#define FILE_DATA_AT_MAX 880u  /* and one read_at or write_at */
#define FILE_LENT_MAX 0x10000u /* bytes that one read_lent or write_lent moves */
#define FILE_MODE_MAX 07777u   /* permission bits, set-user-id, set-group-id, sticky */
