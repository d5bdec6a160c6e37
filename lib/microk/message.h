/*
 * The words of a message, wherever they lie: 0..7 in the struct message (registers), 8.. in the
 * IPC buffer. Generated stubs and dispatchers use these; other code rarely should.
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

/* Puts bytes into the message from word `first` on, the last word filled up with zeros.
 * Returns the word behind them. The caller has checked that they fit in MSG_WORDS. */
u32 message_put(struct message *m, u32 first, const void *data, size_t bytes);

/* Takes bytes out of the message from word `first` on. Returns the word behind them. */
u32 message_get(const struct message *m, u32 first, void *data, size_t bytes);

/* Likewise a string of `bytes` bytes, which it terminates: `to` has room for bytes + 1.
 * False if the string has a zero byte in it (then `to` is empty). */
bool message_get_string(const struct message *m, u32 first, char *to, size_t bytes);
