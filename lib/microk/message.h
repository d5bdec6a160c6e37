/*
 * The words of a message by their index: 0..7 lie in the struct message (registers), 8.. in the IPC
 * buffer. These are for generated stubs and dispatchers; other code rarely needs them.
 */
#pragma once
#include "lib/microk/ipc.h"

/* Words that this many bytes of payload take. */
#define MESSAGE_WORDS(bytes) (((bytes) + 7) / 8)

static inline u64 message_word(const struct message *m, u32 index)
{
	/* cppcheck-suppress arrayIndexOutOfBoundsCond ; callers check that the message fits in MSG_WORDS */
	return index < MSG_REGS ? m->word[index] : ipc_buffer->words[index];
}

static inline void message_word_set(struct message *m, u32 index, u64 value)
{
	if (index < MSG_REGS)
		m->word[index] = value;
	else
		/* cppcheck-suppress arrayIndexOutOfBoundsCond ; likewise */
		ipc_buffer->words[index] = value;
}

/* Copies bytes into the message from word `first` on and fills the last word up with zeros.
 * Returns the word after them. The caller must have checked that they fit in MSG_WORDS. */
u32 message_put(struct message *m, u32 first, const void *data, size_t bytes);

/* Copies bytes out of the message from word `first` on. Returns the word after them. */
u32 message_get(const struct message *m, u32 first, void *data, size_t bytes);

/* Copies a string of `bytes` bytes out and terminates it: `to` has room for bytes + 1.
 * False if the string contains a zero byte (then `to` is empty). */
bool message_get_string(const struct message *m, u32 first, char *to, size_t bytes);
