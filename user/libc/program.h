/* A program that is about to begin, as the process server reads it (struct process_plan of protocols/process.h). */
#pragma once
#include "protocols/process.h"

#define PROGRAM_FILES 64 /* DESCRIPTORS */

/* The descriptors that it gets. */
struct program_files {
	struct {
		bool open, closes;
		u32 slot, kind, flags;
	} at[PROGRAM_FILES];
};
/* Those of this process. */
void program_files_now(struct program_files *files);

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
