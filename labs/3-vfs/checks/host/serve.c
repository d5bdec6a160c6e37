/* Exercise 3.1, open/read/close dispatch. */
#include "serve_fakes.h"
#include "unit.h"

#define FILE_1 (1ul << 63 | 0x1230001)
#define DIR_2 (1ul << 63 | 0x4560002)
#define GONE_3 (1ul << 63 | 0x7890003)
#define OPERATION(protocol) ((u16)((protocol) << 8 | 3))
#define MOVES "a description's offset moves by the bytes that were read"
#define AGAIN                                                                                      \
	"a request that was served before (once_find) is answered as then: from the offset and "   \
	"with the length that were "                                                               \
	"kept, and nothing moves a second time"

static ASKED struct file_read_result result;

static void begin(void)
{
	begin_serving();
	table[1] = (struct description){
		.use = DESCRIPTION_OPEN, .generation = 0x123, .kind = KIND_FILE, .held = 8};
	table[2] = (struct description){
		.use = DESCRIPTION_OPEN, .generation = 0x456, .kind = KIND_DIRECTORY, .held = 9};
	result.data_length = 0;
}

static enum microk_status ask_for(u32 size)
{
	result.data_length = 0;
	return read_file(FILE_1, size, &result);
}

static void want_bytes(u64 offset, u64 length, const char *cause)
{
	WANT_U64("bytes read", length, result.data_length, cause);
	for (u64 i = 0; i < length; i++)
		WANT_U64(text("byte %lu of the answer, byte %lu of the file", i, offset + i),
			 (u8)((offset + i) * 7 + ((offset + i) >> 8) + 8 * 31), result.data[i],
			 cause);
}

/* ---- the checks ---- */
static void to_dir(void)
{
	begin();
	WANT_U64("a client's request of protocol dir (1: dir_dispatch, 2: file_dispatch)", TO_DIR,
		 route(OPERATION(DIR_PROTOCOL), CLIENT), NULL);
	WANT_U64("one through a directory that is open", TO_DIR,
		 route(OPERATION(DIR_PROTOCOL), DIR_2),
		 "a directory's capability is one to walk from, too: openat");
	WANT_U64("one through a file (its operations answer ERR_NOT_DIR)", TO_DIR,
		 route(OPERATION(DIR_PROTOCOL), FILE_1), NULL);
}

static void to_file(void)
{
	begin();
	WANT_U64("a request of protocol file through a description (2: file_dispatch)", TO_FILE,
		 route(OPERATION(FILE_PROTOCOL), FILE_1), NULL);
	WANT_U64("through a directory, which is read by `entry`", TO_FILE,
		 route(OPERATION(FILE_PROTOCOL), DIR_2), NULL);
	WANT_U64("through a client's own capability, which names no file (0: nowhere)", NOWHERE,
		 route(OPERATION(FILE_PROTOCOL), CLIENT),
		 "its badge is not a description's: badge_is_description");
}

static void to_nobody(void)
{
	begin();
	for (u16 protocol = 0; protocol < 256; protocol++)
		if (protocol != DIR_PROTOCOL && protocol != FILE_PROTOCOL)
			WANT_U64(text("a request of protocol %u (0: nowhere)", protocol), NOWHERE,
				 route(OPERATION(protocol), protocol & 1 ? CLIENT : FILE_1),
				 "request_protocol(r) decides; a request that is not dispatched is "
				 "answered with ERR_PROTOCOL");
}

static void in_order(void)
{
	u64 at = 0;

	begin();
	for (u32 i = 0; i < 6; i++) {
		u32 size = 1 + (u32)(unit_random(i) % 100);
		WANT_STATUS("read", OK, ask_for(size), NULL);
		want_bytes(at, size, MOVES);
		at += size;
		WANT_U64("the description's offset then", at, table[1].offset, MOVES);
		WANT_U64("offset that is kept for a repetition: the one before the read", at - size,
			 kept_a, "once_keep(r, offset, moved)");
		WANT_U64("length that is kept", size, kept_moved, NULL);
	}
	WANT_U64("records kept", 6, keeps,
		 "each read is kept, so that a repetition can be answered");
}

static void at_the_end(void)
{
	begin();
	table[1].offset = file_bytes - 10;
	WANT_STATUS("read of 100 bytes, of which there are 10", OK, ask_for(100), NULL);
	want_bytes(file_bytes - 10, 10, NULL);
	WANT_U64("offset", file_bytes, table[1].offset,
		 table[1].offset == file_bytes + 90 ? MOVES ", not by those that were asked for"
						    : MOVES);
	WANT_STATUS("read at the end", OK, ask_for(100),
		    "no bytes mean the end of the file; that is not an error");
	WANT_U64("bytes", 0, result.data_length, NULL);
	WANT_U64("offset", file_bytes, table[1].offset, NULL);
}

static void too_much(void)
{
	begin();
	file_bytes = 1ul << 40;
	WANT_STATUS("read of 4 GiB - 1", OK, ask_for(~0u), NULL);
	WANT_U64("bytes that the file system is asked for", FILE_DATA_MAX, read_size,
		 "the answer has room for FILE_DATA_MAX bytes: more would be written behind it");
	WANT_U64("offset", FILE_DATA_MAX, table[1].offset, NULL);
}

static void failed(void)
{
	static const enum microk_status errors[] = {ERR_IO, FS_WAIT};

	begin();
	table[1].offset = 40;
	for (u32 i = 0; i < ARRAY_LEN(errors); i++) {
		read_status = errors[i];
		WANT_U64("read, where the file system answers with an error, returns it", errors[i],
			 ask_for(10), NULL);
		WANT_U64("offset after that", 40, table[1].offset,
			 "a read that failed has moved nothing: after FS_WAIT the same request is "
			 "run again");
		WANT_U64("records kept", 0, keeps, "only a request that took effect is kept");
	}
}

static void repeated(void)
{
	begin();
	was_served = true;
	served = (struct kept){.number = 77, .what = 30ul << 16, .a = 100};
	table[1].offset = 130;
	WANT_STATUS("read, a second time", OK, ask_for(500), AGAIN);
	want_bytes(100, 30, AGAIN);
	WANT_U64("offset", 130, table[1].offset, AGAIN);
	WANT_U64("records kept", 0, keeps, AGAIN);
	WANT_U64("times that the offset was set", 0, offset_sets, AGAIN);
}

static void refused(void)
{
	begin();
	WANT_STATUS("read of a directory", ERR_IS_DIR, read_file(DIR_2, 10, &result), "file_of");
	WANT_STATUS("read of a description that is gone", ERR_NOT_FOUND,
		    read_file(GONE_3, 10, &result), "file_of");
	once_status = ERR_MEMORY;
	WANT_STATUS("read, where a repetition could not be remembered", ERR_MEMORY, ask_for(10),
		    "once_find's status");
	WANT_U64("reads of the file system", 0, reads, "a request that is refused does not read");
	WANT_U64("times that an offset was set", 0, offset_sets,
		 "a read that was refused has moved nothing, and there may be no file");
}

static void closed(void)
{
	begin();
	tell_closed(FILE_1);
	WANT_U64("descriptions that handle.c is asked to close", 1, handles_closed,
		 "ST_CLOSED with a description's badge: no client holds it any more");
	WANT_U64("its number", 1, handle_closed_last, NULL);
	WANT_U64("clients forgotten", 0, clients_forgotten,
		 "the badge is a description's: its client is still there");
	tell_closed(GONE_3);
	WANT_U64("descriptions closed, after a late message about one that is gone", 1,
		 handles_closed, "description_find returns NULL for it");
	WANT_U64("clients forgotten then", 0, clients_forgotten,
		 "its badge is still a description's");
}

static void client_closed(void)
{
	begin();
	tell_closed(CLIENT);
	WANT_U64("clients forgotten", 1, clients_forgotten, "a client's own badge: client_gone");
	WANT_U64("its badge", CLIENT, forgotten_last, NULL);
	WANT_U64("descriptions closed", 0, handles_closed, NULL);
	WANT_U64("openers closed", 1, openers_closed, NULL);
}

static const struct unit_check checks[] = {
	{"3.1.a", to_dir},     {"3.1.b", to_file},  {"3.1.c", to_nobody},     {"3.1.d", in_order},
	{"3.1.e", at_the_end}, {"3.1.f", too_much}, {"3.1.g", failed},        {"3.1.h", repeated},
	{"3.1.i", refused},    {"3.1.j", closed},   {"3.1.k", client_closed},
};
UNIT_MAIN(checks)
