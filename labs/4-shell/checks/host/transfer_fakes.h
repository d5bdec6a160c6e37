/* A pipe server with one stream of bytes, its ends, and a record of the answers that were sent late. */
#pragma once
#include "servers/pipe/transfer.h"

/* Ends, by their places: two readers, two writers, of one client each; and a writer and a reader that do not wait. */
enum { READER, WRITER, READER_2, WRITER_2, HASTY_READER, HASTY_WRITER, HASTY_SOCKET, ENDS };

enum { TO_READER, TO_WRITER, FAILED };
struct late {
	cap_t reply;
	u32 kind, status, size;
	u8 first, last; /* of its bytes */
};
extern struct late lates[64];
extern u32 late_count;
extern cap_t last_deferred;
extern struct kept records;
extern u32 begun, transactions; /* inside a transaction; how many there were */
extern u32 defers, slots_dropped;
extern bool is_call;
extern cap_t received;           /* the request's capability, until it is taken */

/* Of the last request. */
extern u32 length, given;
extern u8 bytes_got[FILE_DATA_MAX];

void begin_pipe(u32 readers, u32 writers);
/* A request of `size` bytes through that end. A write's bytes go on from those of the write before. */
enum microk_status do_read(u32 end, u32 size);
enum microk_status do_write(u32 end, u32 size, cap_t file);
/* The last of its readers or writers has gone. */
void gone(bool readers);
u64 last_number(void);
bool drop(u32 end, u64 number);
u32 waiting_in(u32 way);
enum microk_status make_room(u32 size);
u32 byte_count(void);
