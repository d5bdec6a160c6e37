/*
 * The messages between a process, the process server and the server of its terminal. They are messages by hand,
 * because a protocol of a test would be linked to every program.
 *
 * A system call of Linux's has its number as the label, its arguments in words 0 to 5, and the number of the request
 * in word 6. The answer's word 0 is the result, as Linux has it: a negative number is an error.
 */
#pragma once
#include "microk/types.h"

/* Slots of a process's CSpace. Each thread has an Endpoint of its own there, whose badge names process and thread. */
#define PROCESS_SLOT_TERMINAL 1
#define PROCESS_SLOT_THREADS 8
#define PROCESS_THREADS 8
#define PROCESS_SLOTS (PROCESS_SLOT_THREADS + PROCESS_THREADS)

/* A thread's number, as gettid returns it, has its slot in the low bits; the first thread's number is that of the process. */
#define PROCESS_TID(process, thread) ((u64)(process) * 64 + PROCESS_SLOT_THREADS + (thread))
#define PROCESS_TID_SLOT(tid) ((tid) % 64)

enum process_label {
	/* Of a process, beside Linux's numbers: */
	PROCESS_UNMAP_EXIT = 0x1000, /* address, bytes: of the calling thread's stack; the thread ends. No answer */
	PROCESS_SIGNALS,             /* entry: of the process's code for signals */
	PROCESS_SIGNALLED,           /* the signal's handler has returned. No answer: the thread goes on where it was */
	PROCESS_ABANDON,             /* number. A result, or ERR_CANCELLED in the label: the request has no effect */
	/* Of the test, whose badge is 0: */
	PROCESS_SPAWN = 0x1100, /* name in words 0..3 → the process */
	PROCESS_WAIT,           /* process → status. When it has ended */
	PROCESS_KILL,           /* process, signal */
	PROCESS_FREE            /* → bytes of the pool that are free; processes; Frames in address spaces */
};

/* Of the terminal: bytes, then the number of the request in word 6. */
#define TERMINAL_BYTES 40
enum terminal_label {
	TERMINAL_WRITE = 1, /* bytes; text from word 1 on */
	TERMINAL_READ,      /* bytes at most → bytes; text from word 1 on. Waits until there are some */
	TERMINAL_ABANDON,   /* number → as PROCESS_ABANDON */
	TERMINAL_TYPE       /* of the test: bytes; text from word 1 on */
};
