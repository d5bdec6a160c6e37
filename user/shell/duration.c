#include "user/shell/duration.h"

bool duration_parse(const char *text, const char *end, u64 *ms)
{
	u64 value = 0;
	u32 after = 0, digits = 0;
	bool point = false;

	for (; text < end; text++) {
		if (*text == '.' && !point) {
			point = true;
			continue;
		}
		if (*text < '0' || *text > '9' || value > DURATION_MAX_MS || after == 3)
			return false;
		value = value * 10 + (u64)(*text - '0');
		after += point;
		digits++;
	}
	for (; after < 3; after++)
		value *= 10;
	*ms = value;
	return digits > 0 && value <= DURATION_MAX_MS;
}
