/* Objects one after the other, each surrounded by bytes that the subject may not use. Memory that was taken back is not
 * given again, so that the sanitizer finds each later use. */
#include "memory.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "ask.h"
#include "unit.h"

#define AROUND 64 /* bytes after each object, at least */
#define MOST 65536

static u64 end = UNIT_OBJECTS;
static struct object {
	u64 address, bytes;
	bool gone;
} objects[MOST];
static u32 count;

void memory_allow(u64 address, u64 bytes)
{
	ask(UNIT_ALLOW, 0, (const u64[]){address, bytes}, 2);
}

_Noreturn static void mistake(const char *what)
{
	fprintf(stderr, "judge: %s\n", what);
	abort();
}

void *unit_object(u64 align, u64 bytes)
{
	u64 at = (end + AROUND + align - 1) & ~(align - 1);

	if (bytes > UNIT_END - AROUND - at || count == MOST)
		mistake("the checks need more memory than there is for objects (wire.h)");
	objects[count++] = (struct object){at, bytes, false};
	end = at + bytes;
	memory_allow(at, bytes);
	return memset((void *)at, 0, bytes);
}

void unit_free(void *object)
{
	for (u32 i = count; i-- > 0;)
		if (objects[i].address == (u64)object && !objects[i].gone) {
			objects[i].gone = true;
			ask(UNIT_FORBID, 0, (const u64[]){objects[i].address, objects[i].bytes}, 2);
			return;
		}
	mistake("an object is taken back that is not there");
}

/* NULL if the address lies in none. */
static const struct object *object_at(u64 address)
{
	for (u32 i = 0; i < count; i++)
		if (address >= objects[i].address &&
		    address - objects[i].address < objects[i].bytes)
			return &objects[i];
	return NULL;
}

bool object_is_gone(u64 address)
{
	const struct object *o = object_at(address);

	return o && o->gone;
}

bool unit_is_object(const void *address)
{
	const struct object *o = object_at((u64)address);

	return o && !o->gone;
}
