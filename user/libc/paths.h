/* Paths as C programs have them, made absolute: by the working directory, or by a directory's descriptor. */
#pragma once
#include "microk/types.h"
#include "protocols/dir.h"

/* Takes the working directory from the startup page. */
void paths_begin(void);

/* The absolute path that `path` means for the descriptor `at` (AT_FDCWD: the working directory). 0, or a negative errno. */
long path_absolute_at(long at, const char *path, char to[FILE_PATH_MAX + 1]);
/* The working directory. */
void path_cwd(char to[FILE_PATH_MAX + 1]);
/* Around a fork. */
void paths_before_fork(void);
void paths_after_fork(void);
/* files.c: the mask of modes (umask), and its beginning. */
void files_begin(void);
u32 file_mask(void);
