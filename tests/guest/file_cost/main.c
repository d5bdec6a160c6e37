/*
 * The cost of operations on files, from the client's call to its return, in ticks of the time-stamp counter:
 * instructions, where the machine counts these. The file is in the boot archive, so this is the cost of protocol,
 * library and kernel, without a page cache.
 */
#include "gen/lib/microk/methods.h"
#include "gen/protocols/dir_client.h"
#include "gen/protocols/file_client.h"
#include "lib/microk/ipc.h"
#include "lib/microk/memory.h"
#include "lib/microk/pause.h"
#include "lib/microk/slots.h"
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/microk/util.h"
#include "tests/guest/kit/service.h"

#define ROUNDS 201
#define QUIET                                                                                      \
	100000000ul /* ticks until the console has drawn the boot's last lines: a deadline that is set takes time in each switch */

static u64 ticks[ROUNDS];

static u64 median(void)
{
	for (u32 i = 1; i < ROUNDS; i++)
		for (u32 k = i; k > 0 && ticks[k - 1] > ticks[k]; k--) {
			u64 more = ticks[k - 1];
			ticks[k - 1] = ticks[k];
			ticks[k] = more;
		}
	return ticks[ROUNDS / 2];
}

#define COST(name, what)                                                                           \
	do {                                                                                       \
		for (u32 i = 0; i < ROUNDS; i++) {                                                 \
			u64 begin = tsc_read();                                                    \
			what;                                                                      \
			ticks[i] = tsc_read() - begin;                                             \
		}                                                                                  \
		report("COST %s %lu\n", name, median());                                           \
	} while (0)

static cap_t root, file;

static bool open_file(void)
{
	return dir_open(root, &(struct dir_open_args){.path = "etc/page"}, file,
			&(struct dir_open_result){0}) == OK;
}

static void begin_again(void)
{
	file_seek(file, &(struct file_seek_args){0}, &(struct file_seek_result){0});
}

int main(void)
{
	static struct file_read_result piece;
	struct dir_stat_result there;
	struct file_stat_result is;
	struct file_read_lent_result lent;
	struct file_read_lent_at_result lent_at;
	cap_t frame, given = slot_alloc();
	void *memory;
	bool well = true;

	root = grant_find("/");
	file = slot_alloc();
	if (!report_begin() || !root || !file || !given || memory_make(16, &frame, &memory) != OK)
		return 2;
	pause_ticks(QUIET);
	COST("nothing", );
	COST("open_close", well &= open_file(); cnode_delete(SLOT_CNODE, file));
	COST("stat",
	     well &= dir_stat(root, &(struct dir_stat_args){.path = "etc/page"}, &there) == OK);
	well &= open_file();
	COST("fstat", well &= file_stat(file, &is) == OK && is.size == 8192);
	COST("seek", begin_again());
	begin_again();
	COST("read_1", well &= file_read(file, 1, &piece) == OK && piece.data_length == 1);
	begin_again();
	COST("read_896", file_read(file, 896, &piece));
	well &= cnode_copy(SLOT_CNODE, &(struct cnode_copy){.index = given,
							    .source_cnode = SLOT_CNODE,
							    .source_index = frame,
							    .rights = RIGHT_ALL}) == OK &&
		file_lend(file, given) == OK;
	COST("read_lent_at_4k",
	     well &=
	     file_read_lent_at(file, &(struct file_read_lent_at_args){.size = 4096}, &lent_at) ==
		     OK &&
	     lent_at.length == 4096);
	COST("seek_read_lent_4k", begin_again();
	     well &=
	     file_read_lent(file, &(struct file_read_lent_args){.size = 4096}, &lent) == OK &&
	     lent.length == 4096);
	report("%s\nend\n", well && memcmp(memory, "page", 4) == 0 ? "well" : "wrong");
	return 0;
}
