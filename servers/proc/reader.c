/* The thread that waits for the servers of files. */
#include "gen/lib/microk/methods.h"
#include "gen/protocols/file_client.h"
#include "lib/microk/memory.h"
#include "lib/microk/slots.h"
#include "lib/microk/thread.h"
#include "protocols/file.h"
#include "servers/proc/loader.h"
#include "servers/proc/pages.h"
#include "servers/proc/pieces.h"

#define PRIORITY 25 /* below the main thread, so that faults come first */

struct reader reader;
static cap_t frame, wakeup, main_bell;
static u64 data_offset; /* of the file: where the bytes in `data` are from */

/* Fills `data` with the file's bytes from `offset` on. */
static enum microk_status fetch(u64 offset)
{
	reader.head_bytes = 0;
	data_offset = offset;
	while (reader.head_bytes < READER_BYTES) {
		struct file_read_lent_at_result got;
		enum microk_status status = file_read_lent_at(
			reader.file,
			&(struct file_read_lent_at_args){
				.offset = offset + reader.head_bytes,
				.at = (u32)reader.head_bytes,
				.size = (u32)(READER_BYTES - reader.head_bytes)},
			&got);

		if (status != OK)
			return status;
		if (got.length == 0 || got.length > READER_BYTES - reader.head_bytes)
			break;
		reader.head_bytes += got.length;
		if (offset + reader.head_bytes >= reader.file_bytes)
			break;
	}
	return OK;
}

/* Not all servers of files know programs. */
static enum microk_status identify(void)
{
	struct file_execute_result known;
	struct file_stat_result stat;
	enum microk_status status = file_execute(reader.file, &known);

	reader.key = (struct program_key){0};
	if (status == OK) {
		reader.key.system = known.system;
		reader.key.node = known.node;
		reader.key.bytes = known.size;
		reader.key.version = known.version;
	}
	if (status != ERR_METHOD)
		return status;
	status = file_stat(reader.file, &stat);
	if (status == OK && stat.kind != KIND_FILE)
		status = stat.kind == KIND_DIRECTORY ? ERR_IS_DIR : ERR_TYPE;
	reader.key.bytes = status == OK ? stat.size : 0;
	return status;
}

static enum microk_status read_head(void)
{
	enum microk_status status = file_lend(reader.file, frame);

	reader.file_bytes = reader.key.bytes;
	return status == OK ? fetch(0) : status;
}

static const struct reader_run *run_of(u64 address)
{
	for (u32 i = 0; i < reader.run_count; i++) {
		const struct reader_run *r = &reader.runs[i];

		if (address >= r->address && address < r->address + r->pages * PAGE_SIZE)
			return r;
	}
	return NULL;
}

static enum microk_status make_page(const struct reader_run *r, u64 address)
{
	struct page_place place = page_place(reader.process, address);

	return untyped_map_frame(
		r->chunk,
		&(struct untyped_map_frame){
			.pages = 1,
			.cnode = place.cnode,
			.index = place.index,
			.address_space =
				KEPT_OWN + process_index(reader.process) * OWN_SLOTS + OWN_SPACE,
			.address = ALIGN_DOWN(address, PAGE_SIZE),
			.rights = r->rights});
}

/* Bytes of one page, from the file's `offset` on. */
static enum microk_status fill(u64 address, u64 offset, u64 bytes)
{
	const struct reader_run *r = run_of(address);
	enum microk_status status = r ? make_page(r, address) : ERR_RANGE;

	while (bytes && status == OK) {
		if (offset < data_offset || offset >= data_offset + reader.head_bytes)
			status = fetch(offset);
		if (status == OK && offset >= data_offset + reader.head_bytes)
			return ERR_IO; /* the file has become shorter */
		u64 part = MIN(bytes, data_offset + reader.head_bytes - offset);
		if (status == OK)
			status = page_fill(
				reader.process, address, frame, offset - data_offset, part);
		address += part;
		offset += part;
		bytes -= part;
	}
	return status;
}

/* Those that are read alone, and have no byte of the file: the others are made when they are touched. */
static enum microk_status make_rest(const struct image_part *p)
{
	u64 address = p->file_bytes ? ALIGN_UP(p->address + p->file_bytes, PAGE_SIZE)
				    : ALIGN_DOWN(p->address, PAGE_SIZE);
	enum microk_status status = OK;

	for (; address < p->address + p->memory_bytes && status == OK; address += PAGE_SIZE) {
		const struct reader_run *r = run_of(address);
		status = r ? make_page(r, address) : ERR_RANGE;
	}
	return status;
}

static enum microk_status fill_part(const struct image_part *p)
{
	enum microk_status status = OK;

	for (u64 done = 0; done < p->file_bytes && status == OK;) {
		u64 address = p->address + done;
		u64 bytes = MIN(p->file_bytes - done, PAGE_SIZE - address % PAGE_SIZE);

		status = fill(address, p->offset + done, bytes);
		done += bytes;
	}
	return status == OK && !p->write ? make_rest(p) : status;
}

static enum microk_status fill_all(void)
{
	enum microk_status status = OK;

	for (u32 i = 0; i < reader.image.count && status == OK; i++)
		status = fill_part(&reader.image.parts[i]);
	return status;
}

static void serve(u64 unused)
{
	(void)unused;
	for (;;) {
		struct message m = {0};

		if (ipc(SYS_WAIT, wakeup, &m) != OK)
			continue;
		u32 phase = __atomic_load_n(&reader.phase, __ATOMIC_ACQUIRE);
		if (phase != READER_IDENTIFY && phase != READER_HEAD && phase != READER_FILL)
			continue;
		reader.status = phase == READER_IDENTIFY ? identify()
				: phase == READER_HEAD   ? read_head()
							 : fill_all();
		__atomic_store_n(&reader.phase, phase + 1, __ATOMIC_RELEASE);
		ipc(SYS_SIGNAL, main_bell, &(struct message){0});
	}
}

void reader_go(enum reader_phase phase)
{
	__atomic_store_n(&reader.phase, phase, __ATOMIC_RELEASE);
	ipc(SYS_SIGNAL, wakeup, &(struct message){0});
}

enum microk_status reader_open(cap_t bell)
{
	void *data;
	cap_t plain;
	enum microk_status status = memory_make(READER_BYTES / PAGE_SIZE, &frame, &data);

	main_bell = bell;
	reader.data = data;
	if (status == OK)
		status = object_make(CAP_NOTIFICATION, 0, &plain);
	if (status == OK)
		status = cap_mint(plain, RIGHT_READ | RIGHT_WRITE, 1, MINT_BADGE, &wakeup);
	if (status == OK)
		status = thread_begin(
			&(struct thread_plan){
				.entry = serve, .name = "proc.reader", .priority = PRIORITY},
			NULL);
	return status;
}
