/* Shows what stage 3 can do: a program's messages by name, the page cache at work, and a directory that outlives the machine. */
#pragma once
#include "microk/error.h"
#include "microk/types.h"

/* Begins to record messages. False, after a message: a grant is missing. */
bool messages_begin(void);
/* Waits until the service has ended, for some seconds at most, and prints its messages. */
void messages_show(const char *service);

/* Prints whether the path leads to the same file if it goes through a mount point and up again. */
void walk_show(const char *path);

/* Prints the counts of the page cache since the last call, which were counted while `what`. Without a page cache: nothing. */
void cached_show(const char *what);
/* Reads the file to its end, and drops the bytes. */
enum microk_status cached_read(const char *path);

/* Makes the directory of this start, and prints which ones are there from earlier starts. */
enum microk_status starts_show(void);

/* Writes a file that is longer than the page cache, prints whether it is read as it was written, and removes it. */
enum microk_status longer_show(void);
