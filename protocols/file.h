/* The numbers of protocol file, for servers and clients alike. */
#pragma once

/* `kind` of file.stat, file.entry and vfs.stat. */
enum file_kind { KIND_FILE = 0, KIND_DIRECTORY = 1, KIND_TERMINAL = 2, KIND_PIPE = 3 };

/* `whence` of file.seek. */
enum file_whence { SEEK_FROM_START = 0, SEEK_FROM_HERE = 1, SEEK_FROM_END = 2 };

#define FILE_NAME_MAX 127u /* bytes of one path component */
#define FILE_DATA_MAX 896u /* bytes that one read or write carries */
