#include "tests/guest/tried/files_killed/model.h"
#include "lib/microk/slots.h"
#include "lib/microk/string.h"
#include "tests/random.h"

#define CLIENT (FILES_ROOT + 5)

const char *const names[NAMES] = {"one", "two", "three"};
struct model_file model[NAMES];
cap_t directory, one;
u64 offset;

void model_begin(const char *program)
{
	memset(model, 0, sizeof(model));
	offset = 0;
	server_begin(program);
	directory = server_directory(CLIENT);
	one = do_open(ONE, FILES_CREATE);
}

const u8 *fresh_bytes(u64 size)
{
	static u8 bytes[FILES_BYTES];
	static u64 random = 1;

	for (u64 i = 0; i < size; i++) {
		bytes[i] = (u8)random_next(&random);
	}
	return bytes;
}

void do_write(u64 at, u64 size)
{
	const u8 *bytes = fresh_bytes(size);

	EXPECT(OK, file_write(one, at, bytes, size));
	if (at > model[ONE].size)
		memset(model[ONE].bytes + model[ONE].size, 0, at - model[ONE].size);
	memcpy(model[ONE].bytes + at, bytes, size);
	model[ONE].size = MAX(model[ONE].size, at + size);
	EXPECT_U64(model[ONE].size, last.word);
}

void do_append(cap_t file, u64 size)
{
	const u8 *bytes = fresh_bytes(size);

	EXPECT(OK, file_append(file, bytes, size));
	memcpy(model[ONE].bytes + model[ONE].size, bytes, size);
	model[ONE].size += size;
	EXPECT_U64(model[ONE].size, last.word);
}

void do_read(u64 size)
{
	u64 left = MIN(size, model[ONE].size - offset);

	EXPECT(OK, file_read(one, size, false));
	EXPECT_U64(left, last.word);
	CHECK(!memcmp(last.bytes, model[ONE].bytes + offset, left));
	offset += left;
}

cap_t do_open(enum name n, u64 flags)
{
	cap_t file;

	EXPECT(OK, file_open(directory, names[n], flags, &file));
	if (!model[n].exists)
		model[n] = (struct model_file){.exists = true};
	return file;
}

void do_rename(enum name from, enum name to)
{
	EXPECT(OK, file_rename(directory, names[from], names[to]));
	model[to] = model[from];
	if (from != to)
		model[from].exists = false;
}

void do_unlink(enum name n)
{
	EXPECT(OK, file_unlink(directory, names[n]));
	model[n].exists = false;
}

void do_close(cap_t file)
{
	slot_drop(file);
}

static void check_file(enum name n)
{
	enum microk_status status = file_look(directory, names[n]);

	EXPECT(model[n].exists ? OK : ERR_NOT_FOUND, status);
	if (status != OK || !model[n].exists)
		return;
	EXPECT_U64(model[n].size, last.word);
	CHECK(!memcmp(last.bytes, model[n].bytes, model[n].size));
}

void model_check(u32 open)
{
	u64 at = ~0ul, size = ~0ul;

	EXPECT_U64(open, server_descriptions());
	for (u32 n = 0; n < NAMES; n++)
		check_file(n);
	EXPECT(OK, file_where(one, &at, &size));
	EXPECT_U64(offset, at);
	EXPECT_U64(model[ONE].size, size);
}
