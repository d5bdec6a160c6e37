/*
 * Bytes on their way from one command of the shell to the next, in memory. All spools share one store of SPOOL_BYTES.
 * Weighed: docs/shell.md, "Pipelines".
 */
#pragma once
#include "microk/types.h"

#define SPOOL_BYTES (128ul << 10)

/* Zeroed: empty. Bytes are read in the order of writing, each once. */
struct spool {
	u16 first, last;       /* blocks, numbered from 1; 0: none */
	u16 read_at, write_at; /* in the first and in the last block */
};

/* Appends bytes. Returns how many were taken: fewer if the store is full. */
size_t spool_write(struct spool *s, const void *data, size_t bytes);
/* Takes up to `bytes` from the front; returns how many there were. */
size_t spool_read(struct spool *s, void *to, size_t bytes);
bool spool_is_empty(const struct spool *s);
/* Drops all bytes. */
void spool_clear(struct spool *s);
/* Bytes that the store still has room for, for tests. */
size_t spool_room(void);
