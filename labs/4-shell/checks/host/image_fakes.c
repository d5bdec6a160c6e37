/* Around a program's headers: the text of a defect is copied to where the judge sees it. */
#include "image_fakes.h"
#include "unit.h"

SHARED struct image image;
SHARED char defect[160];

bool is_program(const u8 *head, u64 bytes, u64 file_bytes, u64 base)
{
	u32 at = 0;

	const char *why = image_read(head, bytes, file_bytes, base, &image);
	for (; why && why[at] && at < sizeof(defect) - 1; at++)
		defect[at] = why[at];
	defect[at] = '\0';
	return !why;
}
