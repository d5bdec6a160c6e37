/* The sizes and the text of the files, from the number of the round alone. */
#include "lib/microk/print.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "tests/guest/files_written/written.h"

#define LARGE_EVERY 5u /* each fifth file needs indirect blocks */
#define LARGE_TIMES 40u

u32 file_bytes(u32 round)
{
	u32 lines = 1 + round * 37 % 200;

	if (round % LARGE_EVERY == 0)
		lines *= LARGE_TIMES;
	return lines * TEXT_LINE - round % TEXT_LINE;
}

u32 current_bytes(u32 round)
{
	return (1 + round % 50) * TEXT_LINE;
}

void text_fill(u8 *to, u32 round, u32 at, u32 bytes)
{
	for (u32 done = 0; done < bytes;) {
		char line[TEXT_LINE + 1];
		u32 in_line = (at + done) % TEXT_LINE;
		u32 part = MIN(TEXT_LINE - in_line, bytes - done);

		format(line, sizeof(line), "round %08u, line %08u..\n", round,
		       (at + done) / TEXT_LINE);
		memcpy(to + done, line + in_line, part);
		done += part;
	}
}
