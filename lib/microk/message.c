/* Payload that may straddle the register words and the IPC buffer. */
#include "lib/microk/message.h"
#include "lib/microk/string.h"

/* How many of the payload's bytes, which begin at word `first`, are in registers. */
static size_t register_bytes(u32 first, size_t bytes)
{
	size_t room = first < MSG_REGS ? (MSG_REGS - first) * 8ul : 0;

	return bytes < room ? bytes : room;
}

u32 message_put(struct message *m, u32 first, const void *data, size_t bytes)
{
	u32 end = first + (u32)MESSAGE_WORDS(bytes);

	if (!bytes)
		return first;
	message_word_set(m, end - 1, 0); /* no stale bytes after the payload */
	if (end <= MSG_REGS) {
		memcpy(&m->word[first], data, bytes);
		return end;
	}
	size_t head = register_bytes(first, bytes);
	if (head)
		memcpy((u8 *)&m->word[first], data, head);
	if (bytes > head)
		memcpy((u8 *)&ipc_buffer->words[first + head / 8], (const u8 *)data + head,
		       bytes - head);
	return end;
}

u32 message_get(const struct message *m, u32 first, void *data, size_t bytes)
{
	u32 end = first + (u32)MESSAGE_WORDS(bytes);

	if (end <= MSG_REGS) {
		memcpy(data, &m->word[first], bytes);
		return end;
	}
	size_t head = register_bytes(first, bytes);
	if (head)
		memcpy(data, (const u8 *)&m->word[first], head);
	if (bytes > head)
		memcpy((u8 *)data + head, (const u8 *)&ipc_buffer->words[first + head / 8],
		       bytes - head);
	return end;
}

bool message_get_string(const struct message *m, u32 first, char *to, size_t bytes)
{
	message_get(m, first, to, bytes);
	to[bytes] = 0;
	if (memchr(to, 0, bytes)) {
		to[0] = 0;
		return false;
	}
	return true;
}
