/*
 * A person at the shell, for tests: the whole shell, the whole VFS server, init and console played by small
 * servers, on the kernel of coroutines. Input comes in pieces; output is looked up on a screen.
 */
#pragma once
#include "../vfs/kernel.h"
#include "../vfs/proc_server.h"
#include "microk/info.h"
#include "screen.h"
#include "tests/host/check.h"

int shell_main(void);
u32 vfs_open_count(void), proc_open_count(void); /* open descriptions of each */

extern struct screen screen;
extern int screen_width;    /* of the terminal looked at; 0: as wide as what is written */
extern const char *typed;   /* the rest of the keys */
extern size_t piece;        /* bytes that one read brings at most */
extern u32 raw_mode, writes, columns, narrowest, measured;
extern const char *resize_at; /* once this much is typed, the other terminal is typed on */
extern int deaths;          /* reads that fail as if the console had died */
extern int full;            /* reads that fail because other readers have taken all places */

extern struct microk_info *const machine_info;
extern cap_t log_writer; /* a service's way to the log */
extern cap_t files, files_to_write, processes,
	data; /* the shell's ways to vfs, proc and the file system that can be written */

/* A file system that can be written (tests/host/fileserver), at /data while it is tested. */
void tested_run(cap_t endpoint);
u32 tested_descriptions(void), tested_nodes(void);

/* Starts the machine. */
void start(void);
/* Runs the shell on the typed text, in pieces of `bytes`, until the console has no more. */
void run(const char *keys, size_t bytes);
void show_screen(void);
/* Checks that the rows are on the screen, one below the other. */
void check_rows(int line, const char *const *rows, size_t count);

#define SEES(...)                                                                                  \
	check_rows(__LINE__, (const char *const[]){__VA_ARGS__},                                   \
		   ARRAY_LEN(((const char *const[]){__VA_ARGS__})))
