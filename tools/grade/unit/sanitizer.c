#include "sanitizer.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "wire.h"
#include "x86/layout.h"

#define SHADOW 0x7fff8000ul
#define NEAR_NULL 0x10000 /* lower addresses are fields of a structure at NULL */
#define LONGEST_LINE 512

static size_t plain_line(const char *line, size_t length, char *kept, size_t room)
{
	const char *p = line + strspn(line, " "), *end = line + length,
		   *registers = memmem(p, (size_t)(end - p), " (pc ", 5),
		   *error = memmem(p, (size_t)(end - p), "ERROR: ", 7);
	size_t n = 0;

	if (strncmp(p, "==", 2) == 0 && error)
		p = error;
	while (p < end && p != registers && n + 8 < room) {
		char *after = (char *)p;
		if (strncmp(p, "0x", 2) == 0 && strtoull(p, &after, 16) >= NEAR_NULL) {
			n += (size_t)snprintf(&kept[n], room - n, "0x...");
			p = after;
		} else {
			kept[n++] = *p++;
		}
	}
	if (n + 1 < room)
		kept[n++] = '\n';
	kept[n] = '\0';
	return n;
}

void sanitizer_plain(const char *report, char *plain)
{
	size_t n = 0;

	plain[0] = '\0';
	while (*report && n + LONGEST_LINE < REPORT_BYTES) {
		size_t length = strcspn(report, "\n");
		n += plain_line(report, length, &plain[n], LONGEST_LINE);
		report += length + (report[length] == '\n');
	}
}

u64 sanitizer_address(const char *report)
{
	const char *at = strstr(report, "address 0x");

	return at ? strtoull(at + strlen("address "), NULL, 16) : 0;
}

/* The first that fits. */
const char *sanitizer_likely(const char *plain)
{
	static const char *const known[][2] = {
		{"shift", "a shift by more bits than the number has: an int has 32, and 1ul 64"},
		{"passing zero to", "the first or last set bit of 0 is undefined: ask for 0 first "
				    "(__builtin_clz sees 32 bits of a number, __builtin_clzl 64)"},
		{"stack-overflow",
		 "a recursion that goes too deep, or a stack pointer that leads nowhere"},
		{"use-after-free",
		 "a link to an object that is gone: it was not taken out everywhere"},
		{"null pointer", "a pointer that is NULL"},
		{"misaligned address", "an address with bits in it that are not part of it, such "
				       "as the flags of an entry"},
		{"out of bounds", "an index after the end of its array"},
		{"use-after-poison", "an index or a pointer after the end of its array or object"},
		{"overflow", "an index or a pointer after the end of its array or object, or a "
			     "number that does not fit"},
		{"address 0x...", "a pointer that leads to none of the check's objects"},
		{"address 0x0", "a pointer that is NULL, or a field of one"},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strstr(plain, known[i][0]))
			return known[i][1];
	return "";
}

/* Before each access the sanitizer reads a byte that stands for eight: an address that no program can have shows as that
 * byte's. (The mapping of x86_64: LLVM, AddressSanitizerAlgorithm.) */
bool sanitizer_is_physical(u64 address)
{
	const u64 of_byte = (address - SHADOW) << 3;

	return (u64)phys_to_virt(address) - UNIT_SHARED < UNIT_END - UNIT_SHARED ||
	       (u64)phys_to_virt(of_byte) - UNIT_SHARED < UNIT_END - UNIT_SHARED;
}
