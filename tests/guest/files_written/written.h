/* A client that changes files by rounds, and reports each sync after one of them. tests/test_vfs_disk.py has the same rules, and so
 * knows which files a disk must hold after any round. */
#pragma once
#include "microk/error.h"
#include "microk/types.h"

#define FOLDER "/w"
#define PATH_MOST 32
#define TEXT_LINE 32u /* bytes of a line of a file's text */
#define KEPT 12u      /* rounds whose files stay */

/* ---- The rules ---- */

/* The bytes of the round's own file, and of the file `current`. */
u32 file_bytes(u32 round);
u32 current_bytes(u32 round);
/* Writes the text of a round from the byte `at` of its file on. */
void text_fill(u8 *to, u32 round, u32 at, u32 bytes);

/* ---- Steps. An error is reported, and ends the program. ---- */

#define MUST(expression) must(__FILE__, __LINE__, #expression, expression)
void must(const char *file, int line, const char *what, enum microk_status status);

/* FOLDER/name-number. Returns `to`, of PATH_MOST bytes. */
char *path_of(char *to, const char *name, u32 number);
/* Makes the file, or empties it, and writes this text. */
void write_text(const char *path, u32 round, u32 bytes);
/* Adds a line to a file that may be missing. */
void append_line(const char *path, u32 round);
/* A step that an earlier start of this program may have done. */
void may_be_done(const char *what, enum microk_status status, enum microk_status done);

/* ---- The parts ---- */

/* Reports each name of FOLDER with its size and the Adler-32 sum of its content. Returns the number of complete rounds. */
u32 found_report(void);
/* Does rounds from `first` on, at most `rounds` of them. */
void rounds_run(u32 first, u32 rounds);
