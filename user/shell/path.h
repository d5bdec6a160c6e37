/* Paths as a person types them, made absolute. Pure. */
#pragma once
#include "protocols/dir.h"
#include "lib/microk/ipc.h"

/*
 * Writes to `to` the absolute path that `path` means in directory `cwd`, without ".", ".." and double
 * slashes. A slash at the end is kept: the path must then be a directory. False if it does not fit.
 */
bool path_absolute(const char *cwd, const char *path, char to[FILE_PATH_MAX + 1]);
