/* A program that is about to begin, as the process server reads it (struct process_plan of protocols/process.h). */
#pragma once
#include "protocols/process.h"
#include "user/libc/descriptors.h"

#define PROGRAM_FILES DESCRIPTORS

/* The descriptors that it gets. */
struct program_files {
	struct {
		bool open, closes;
		u32 slot, kind, flags;
	} at[PROGRAM_FILES];
	struct open_file *held[PROGRAM_FILES]; /* of this process: no other thread ends them meanwhile */
};
/* Those of this process, which are held until the end. */
void program_files_now(struct program_files *files);
void program_files_end(const struct program_files *files);
/* Makes a descriptor that file. NULL, and one without a server: it is closed. */
void program_file(struct program_files *files, long fd, const struct open_file *f, bool closes);

struct program {
	const char *path;
	const char *const *arguments, *const *variables; /* each with a NULL at its end */
	const struct program_files *files;
	u32 flags, group;  /* PROCESS_PLAN_* */
	u64 mask, ignored; /* signals */
	bool replaces;     /* this process */
};
/* Begins it. Its number; or a negative errno. With `replaces` it returns only if it fails. A script's interpreter is found here. */
long program_begin(const struct program *p);
