/*
 * The acts on a process that the modules below process.c ask for. A signal may end its process, and an end is a signal to the
 * parent: each of the two needs the other. So the upper one is called by way of this record, which the server fills as it begins,
 * and arrows between modules point one way. Weighed: one module of signals, relations and ends, which no reader could take in.
 */
#pragma once
#include "servers/proc/world.h"

struct ends {
	void (*end)(const struct process *p, u32 how, u32 code, const char *cause); /* process_end */
	void (*reaped)(const struct process *p);                                    /* process_reaped */
	void (*changed)(const struct process *p);                                   /* family_changed */
	bool (*cancel)(const struct process *p);                                    /* loader_cancel */
	void (*left)(u32 program);                                                  /* program_left */
};
extern struct ends ends;
