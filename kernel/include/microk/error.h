/*
 * Status codes. A system call returns one in the low byte of rax (see syscall.h).
 * 0 is success; the ST_ codes are successes of a receive that did not bring a message.
 */
#pragma once

/* X(name, number, what happened) */
#define MICROK_STATUS(X)                                                                      \
	X(OK, 0, "success")                                                                       \
	X(ERR_CAP, 1, "the index names no capability")                                            \
	X(ERR_TYPE, 2, "the capability is of another type than the operation needs")              \
	X(ERR_RIGHTS, 3, "the capability lacks a right that the operation needs")                 \
	X(ERR_ARG, 4, "an argument has a value the operation does not take")                      \
	X(ERR_METHOD, 5, "the object has no method with this label")                              \
	X(ERR_RANGE, 6, "an index, address or length lies outside what the object covers")        \
	X(ERR_ALIGN, 7, "an address or length is not aligned as the operation needs")             \
	X(ERR_OCCUPIED, 8, "the destination slot or address is already in use")                   \
	X(ERR_MEMORY, 9, "the Untyped has too little memory left")                                \
	X(ERR_TABLE, 10, "a page table is missing at this address")                               \
	X(ERR_STATE, 11, "the object is not in a state that allows this")                         \
	X(ERR_WOULD_BLOCK, 12, "a non-blocking form would have had to wait")                      \
	X(ERR_PEER_DIED, 13, "the server died or dropped the request")                            \
	X(ERR_CANCELLED, 14, "the blocked operation was cancelled")                               \
	X(ERR_GONE, 15, "the object, its service or the right to it went while waiting")       \
	X(ERR_NO_REPLY, 16, "there is no caller to reply to")                                     \
	X(ERR_TRANSFER, 17, "capabilities could not be transferred: none was")                    \
	X(ERR_BUFFER, 18, "the thread has no IPC buffer, and the message needs one")              \
	X(ERR_LENGTH, 19, "the message is longer than 120 words or carries more than 3 caps")     \
	X(ERR_SYSCALL, 20, "there is no system call with this number, or a flag is unknown")      \
	X(ERR_DEADLINE, 21, "the deadline passed")                                                \
	X(ERR_DEADLOCK, 22, "it would close a cycle of threads that wait for each other")         \
	X(ERR_DERIVED, 23, "the capability cannot be copied: it has, or must have, one owner")    \
	X(ERR_LIMIT, 24, "a fixed limit of the kernel is reached")                                \
	/* Protocol errors: never produced by the kernel; servers return them in a reply. */      \
	X(ERR_NOT_FOUND, 64, "no such file, service or object")                                   \
	X(ERR_NOT_DIR, 65, "a path component is not a directory")                                 \
	X(ERR_IS_DIR, 66, "the object is a directory")                                            \
	X(ERR_NO_SPACE, 67, "the server is out of room for this client")                          \
	X(ERR_PROTOCOL, 68, "the message does not fit the protocol")                              \
	X(ERR_DENIED, 69, "the server refuses this to this client")                               \
	X(ERR_EXISTS, 70, "it exists already")                                                    \
	X(ERR_READ_ONLY, 71, "the object cannot be changed")                                      \
	X(ERR_IO, 72, "the device failed")                                                        \
	X(ERR_NAME, 73, "a name is too long or malformed")                                        \
	X(ERR_FULL, 74, "the file system is full")                                                \
	X(ERR_NOT_EMPTY, 75, "the directory is not empty")                                        \
	X(ERR_LINKS, 76, "the file has as many names as its file system allows")                  \
	X(ERR_LOOP, 77, "the path leads through too many symbolic links")                         \
	X(ERR_CROSS, 78, "the two lie on different file systems")                                 \
	X(ERR_TOO_LARGE, 79, "the file would be larger than its file system allows")              \
	X(ERR_BUSY, 80, "it is in use")                                                           \
	X(ERR_REDIRECT, 81, "the path leaves this directory: ask the server for the rest of it")  \
	X(ERR_DAMAGED, 82, "the file system is damaged here")                                     \
	X(ERR_NOT_LINK, 83, "the object is not a symbolic link")                                  \
	X(ERR_BROKEN, 84, "no reader is left at the other end")                                   \
	/* Results of a receive that brings no message. */                                        \
	X(ST_CLOSED, 128, "the last capability minted from a watched slot is gone")               \
	X(ST_NOTIFIED, 129, "the bound notification was signalled")

enum microk_status {
#define X(name, number, text) name = number, /* NOLINT(bugprone-macro-parentheses): an enumerator */
	MICROK_STATUS(X)
#undef X
};
