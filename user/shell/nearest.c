/* The distance between words, by the table of all pairs of prefixes; three rows of it are kept. */
#include "user/shell/nearest.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"

u32 word_distance(const char *a, const char *b)
{
	size_t a_length = strlen(a), b_length = strlen(b);

	if (a_length > NEAREST_MAX || b_length > NEAREST_MAX)
		return NEAREST_MAX;
	u32 rows[3][NEAREST_MAX + 1];
	for (u32 j = 0; j <= b_length; j++)
		rows[0][j] = j;
	for (u32 i = 1; i <= a_length; i++) {
		u32 *row = rows[i % 3], *above = rows[(i - 1) % 3], *above2 = rows[(i + 1) % 3];
		row[0] = i;
		for (u32 j = 1; j <= b_length; j++) {
			u32 best = above[j - 1] + (a[i - 1] != b[j - 1]);
			best = MIN(best, MIN(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				best = MIN(best, above2[j - 2] + 1);
			row[j] = best;
		}
	}
	return rows[a_length % 3][b_length];
}
