#include "servers/proc/stack.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "microk/cap.h"
#include "servers/proc/pages.h"
#include "servers/proc/pieces.h"
#include "servers/proc/regions.h"

#define STRINGS (PROCESS_STACK_TOP - PROCESS_ARGUMENTS)
#define FIRST_PAGES 16u /* below the strings; it grows by as many */
#define WORDS_MAX 1024u /* arguments and variables */

enum { AT_PHDR = 3, AT_PHENT = 4, AT_PHNUM = 5, AT_PAGESZ = 6, AT_ENTRY = 9, AT_RANDOM = 25 };
#define PROGRAM_HEADER_BYTES 56

/* All of it, as it is put together; one stack is built at a time. */
static struct {
	u64 random[2];
	u64 words[1 + WORDS_MAX + 2 + 14];
} top;
static char strings[PAGE_SIZE];

enum microk_status stack_make_arguments(const struct process *p)
{
	return region_find(p, STRINGS)
		       ? OK
		       : regions_add(p, STRINGS, PROCESS_ARGUMENTS / PAGE_SIZE,
				     RIGHT_READ | RIGHT_WRITE);
}

/* Not secret, and different in each process: musl makes its canary of it. */
static void mix(u64 seed)
{
	for (u32 i = 0; i < 2; i++) {
		seed += 0x9e3779b97f4a7c15; /* splitmix64 (Steele, Lea, Flood 2014) */
		u64 z = (seed ^ seed >> 30) * 0xbf58476d1ce4e5b9;
		z = (z ^ z >> 27) * 0x94d049bb133111eb;
		top.random[i] = z ^ z >> 31;
	}
}

/* The auxiliary vector from top.words[word] on. Returns the number of the word after it. */
static u32 add_auxiliary(u32 word, const struct image *image, u64 random)
{
	const u64 vector[] = {
		AT_PHDR,   image->headers,
		AT_PHENT,  PROGRAM_HEADER_BYTES,
		AT_PHNUM,  image->headers ? image->header_count : 0,
		AT_PAGESZ, PAGE_SIZE,
		AT_ENTRY,  image->entry,
		AT_RANDOM, random,
		0,         0};

	memcpy(&top.words[word], vector, sizeof(vector));
	return word + ARRAY_LEN(vector);
}

/* Bytes of any number of pages. */
static enum microk_status poke_all(const struct process *p, u64 at, const void *from, u64 bytes)
{
	enum microk_status status = OK;

	while (bytes && status == OK) {
		u64 part = MIN(bytes, PAGE_SIZE - at % PAGE_SIZE);

		status = poke(p, at, from, part);
		at += part;
		from = (const u8 *)from + part;
		bytes -= part;
	}
	return status;
}

/* EXERCISE 4.2 initial-stack: begin */
/* The addresses of `count` strings, which follow each other from *at on; a NULL after them. */
static enum microk_status find_strings(const struct process *p, u32 count, u64 *at, u32 *word,
				       u64 *begins)
{
	while (count && *at < PROCESS_STACK_TOP) {
		u64 room = PAGE_SIZE - *at % PAGE_SIZE;
		enum microk_status status = peek(p, *at, strings, room);

		if (status != OK)
			return status;
		for (u64 i = 0; i < room && count; i++, ++*at) {
			if (strings[i])
				continue;
			top.words[(*word)++] = *begins;
			*begins = *at + 1;
			count--;
		}
	}
	top.words[(*word)++] = 0;
	return count ? ERR_ARG : OK;
}

enum microk_status stack_build(const struct process *p, const struct image *image, u32 arguments,
			       u32 variables, u64 *stack)
{
	u64 at = STRINGS, begins = STRINGS, random = STRINGS - sizeof(top.random);
	u32 word = 1;
	enum microk_status status = stack_make_arguments(p);

	if (arguments > WORDS_MAX || variables > WORDS_MAX - arguments)
		return ERR_ARG;
	if (status == OK)
		status = regions_add(p, STRINGS - FIRST_PAGES * PAGE_SIZE, FIRST_PAGES,
				     RIGHT_READ | RIGHT_WRITE);
	top.words[0] = arguments;
	if (status == OK)
		status = find_strings(p, arguments, &at, &word, &begins);
	if (status == OK)
		status = find_strings(p, variables, &at, &word, &begins);
	if (status != OK)
		return status;
	mix(tsc_read() ^ p->number);
	word = add_auxiliary(word, image, random);
	*stack = ALIGN_DOWN(random - word * sizeof(u64), 16);
	status = poke_all(p, random, top.random, sizeof(top.random));
	return status == OK ? poke_all(p, *stack, top.words, word * sizeof(u64)) : status;
}
/* EXERCISE 4.2 initial-stack: end */

enum microk_status stack_grow(const struct process *p, u64 address)
{
	if (address < PROCESS_MAPPINGS || address >= PROCESS_STACK_TOP)
		return ERR_RANGE;
	if (address < PROCESS_STACK_END)
		return ERR_LIMIT;
	/* Down to a step's end below the address, from the lowest page that it has. */
	u64 start = ALIGN_DOWN(address, FIRST_PAGES * PAGE_SIZE), end = start;
	while (end < PROCESS_STACK_TOP && !region_find(p, end))
		end += PAGE_SIZE;
	start = MAX(start, PROCESS_STACK_END);
	world_begin();
	enum microk_status status =
		regions_add(p, start, (end - start) / PAGE_SIZE, RIGHT_READ | RIGHT_WRITE);
	if (status != OK) {
		world_abort();
		pieces_recount();
		return status;
	}
	return world_commit();
}
