/*
 * One pair of queues for administration, which is polled, and one for data, whose completions are messages. The device finds
 * data by lists of pages (PRPs): a piece begins and ends anywhere, and is whole pages in between.
 *
 * The device is not trusted: a completion counts only for a command that is in flight.
 */
#include "drivers/storage/nvme.h"
#include "drivers/storage/nvme_queue.h"
#include "lib/microk/print.h"
#include "lib/microk/string.h"

/* Registers (chapter 3.1). */
enum {
	CAPABILITIES = 0x00,
	CONTROL = 0x14,
	STATUS = 0x1c,
	ADMIN_SIZES = 0x24,
	ADMIN_COMMANDS = 0x28,
	ADMIN_COMPLETIONS = 0x30,
	BELLS = 0x1000
};

#define CONTROL_ENABLE 1u
#define CONTROL_SIZES (6u << 16 | 4u << 20) /* of a command and a completion, as powers of two */
#define STATUS_READY 1u
#define STATUS_FATAL 2u

enum { ADMIN_CREATE_SUBMISSION = 1, ADMIN_CREATE_COMPLETION = 5, ADMIN_IDENTIFY = 6 };
enum { FLUSH = 0, WRITE = 1, READ = 2, MANAGE = 9 };

#define NAMESPACE 1
#define DATA_QUEUE 1
#define QUEUE_CONTIGUOUS 1u
#define QUEUE_INTERRUPTS 2u
#define MANAGE_DEALLOCATE 4u

/* Of the controller's description (figure 247) and the namespace's (figure 245). */
enum { TRANSFER_LIMIT = 77, OPTIONAL = 520, CACHE = 525 };
enum { SIZE = 0, FORMAT = 26, ATTRIBUTES = 99, FORMATS = 128 };
#define OPTIONAL_MANAGE 4u

#define LIST_ENTRIES 128u /* pages of a piece, at most */
#define PIECE_SECTORS ((LIST_ENTRIES - 2) * (u32)(PAGE_SIZE / DISK_SECTOR))
#define FLYING_MAX (NVME_ENTRIES - 1)

#define READY_UNIT 500000ul /* microseconds */
#define ADMIN_MICROSECONDS 10000000ul

/* The grant "dma". */
struct memory {
	struct nvme_command admin_commands[NVME_ENTRIES];
	struct nvme_completion admin_completions[NVME_ENTRIES] __attribute__((aligned(4096)));
	struct nvme_command commands[NVME_ENTRIES] __attribute__((aligned(4096)));
	struct nvme_completion completions[NVME_ENTRIES] __attribute__((aligned(4096)));
	u8 description[4096] __attribute__((aligned(4096)));
	u64 list[DISK_TAGS][LIST_ENTRIES]; /* of each tag; none crosses a page */
};

static struct device *device;
static volatile u8 *registers;
static volatile struct memory *memory;
static struct nvme_queue admin, data;
static u32 block_shift; /* of sectors in a block */
static bool flying[DISK_TAGS];
static u32 flying_count;

static u64 address_of(const volatile void *at)
{
	return device->memory_address + (u64)((const volatile u8 *)at - (volatile u8 *)memory);
}

static u32 get(u32 at)
{
	return *(volatile u32 *)(registers + at);
}

static void put(u32 at, u32 value)
{
	*(volatile u32 *)(registers + at) = value;
}

static u64 capabilities(void)
{
	return get(CAPABILITIES) | (u64)get(CAPABILITIES + 4) << 32;
}

/* ---- Administration ---- */

static enum microk_status await_ready(u32 wanted)
{
	u64 since = device_time(), limit = (capabilities() >> 24 & 0xff) * READY_UNIT;

	while ((get(STATUS) & STATUS_READY) != wanted) {
		if (get(STATUS) & STATUS_FATAL)
			return ERR_IO;
		if (device_is_late(since, limit + READY_UNIT))
			return ERR_DEADLINE;
	}
	return OK;
}

static enum microk_status command(const struct nvme_command *c)
{
	u64 since = device_time();
	u16 id, status;

	nvme_queue_put(&admin, 0, c);
	nvme_queue_ring(&admin);
	while (!nvme_queue_take(&admin, &id, &status))
		if (device_is_late(since, ADMIN_MICROSECONDS))
			return ERR_DEADLINE;
	return id == 0 && status == 0 ? OK : ERR_IO;
}

static enum microk_status identify(u32 what, u32 namespace)
{
	return command(&(struct nvme_command){
		.opcode = ADMIN_IDENTIFY,
		.namespace = namespace,
		.data = {address_of(memory->description)},
		.word = {what}});
}

static u64 described(u32 at, u32 bytes)
{
	u64 value = 0;

	memcpy(&value, (const u8 *)memory->description + at, bytes);
	return value;
}

static enum microk_status create_queues(void)
{
	u32 size = (NVME_ENTRIES - 1) << 16 | DATA_QUEUE;
	enum microk_status status = command(&(struct nvme_command){
		.opcode = ADMIN_CREATE_COMPLETION,
		.data = {address_of(memory->completions)},
		.word = {size, QUEUE_CONTIGUOUS | QUEUE_INTERRUPTS}});

	if (status != OK)
		return status;
	return command(&(struct nvme_command){
		.opcode = ADMIN_CREATE_SUBMISSION,
		.data = {address_of(memory->commands)},
		.word = {size, (u32)DATA_QUEUE << 16 | QUEUE_CONTIGUOUS}});
}

/* ---- Start ---- */

static enum microk_status read_controller(struct disk_info *info)
{
	enum microk_status status = identify(1, 0);
	u64 shift = described(TRANSFER_LIMIT, 1);
	u32 most = shift == 0 || shift > 16 ? PIECE_SECTORS : 8u << shift;

	info->has_cache = described(CACHE, 1) & 1;
	info->discards = described(OPTIONAL, 2) & OPTIONAL_MANAGE;
	info->limits = (struct disk_limits){
		.parts = DISK_PARTS,
		.part_bytes = 1u << 30,
		.sectors = MIN(most, PIECE_SECTORS),
		.discard_sectors = 1u << 20,
		.whole_pages = true};
	return status;
}

static enum microk_status read_namespace(struct disk_info *info)
{
	enum microk_status status = identify(0, NAMESPACE);
	u32 format = (u32)described(FORMATS + 4 * (u32)(described(FORMAT, 1) & 15), 4);
	u32 shift = format >> 16 & 0xff;
	u64 blocks = described(SIZE, 8);

	if (status != OK)
		return status;
	if (shift < 9 || shift > 12 || format & 0xffff || blocks == 0 || blocks >> 48) {
		print("storage: the device states %lu blocks of 2^%u bytes with %u of metadata, "
		      "which this driver cannot use\n",
		      blocks, shift, format & 0xffff);
		return ERR_IO;
	}
	block_shift = shift - 9;
	info->kind = "NVMe";
	info->block = 1u << shift;
	info->sectors = blocks << block_shift;
	info->is_read_only = described(ATTRIBUTES, 1) & 1;
	return OK;
}

static volatile u32 *bell(u32 queue, u32 is_completion)
{
	u32 stride = 4u << (capabilities() >> 32 & 15);

	return (volatile u32 *)device_registers(
		device, 0, BELLS + (u64)(2 * queue + is_completion) * stride, 4);
}

static enum microk_status prepare_queues(void)
{
	volatile u32 *bells[] = {bell(0, 0), bell(0, 1), bell(DATA_QUEUE, 0), bell(DATA_QUEUE, 1)};

	for (u32 i = 0; i < ARRAY_LEN(bells); i++)
		if (!bells[i])
			return ERR_NOT_FOUND;
	if ((capabilities() & 0xffff) + 1 < NVME_ENTRIES || (capabilities() >> 48 & 15) != 0) {
		print("storage: the device has queues that are too short, or takes no pages of 4 "
		      "KiB\n");
		return ERR_IO;
	}
	memset((void *)memory, 0, sizeof(*memory));
	memset(flying, 0, sizeof(flying));
	flying_count = 0;
	nvme_queue_init(
		&admin, memory->admin_commands, memory->admin_completions, bells[0], bells[1]);
	nvme_queue_init(&data, memory->commands, memory->completions, bells[2], bells[3]);
	return OK;
}

static void put_address(u32 at, u64 address)
{
	put(at, (u32)address);
	put(at + 4, (u32)(address >> 32));
}

static enum microk_status enable(void)
{
	put(ADMIN_SIZES, (NVME_ENTRIES - 1) << 16 | (NVME_ENTRIES - 1));
	put_address(ADMIN_COMMANDS, address_of(memory->admin_commands));
	put_address(ADMIN_COMPLETIONS, address_of(memory->admin_completions));
	enum microk_status status = device_master(device, true);
	if (status != OK)
		return status;
	put(CONTROL, CONTROL_SIZES | CONTROL_ENABLE);
	return await_ready(STATUS_READY);
}

static enum microk_status start(struct disk_info *info)
{
	enum microk_status status = device_master(device, false);

	*info = (struct disk_info){0};
	put(CONTROL, 0);
	if (status == OK)
		status = await_ready(0);
	/* From here on the device reaches no memory that it had from an earlier start. */
	if (status == OK && !memory) {
		status = device_map_memory(device, sizeof(struct memory) + DISK_SPARE, "112K");
		memory = (volatile struct memory *)device->memory;
	}
	if (status == OK)
		status = prepare_queues();
	if (status == OK)
		status = enable();
	if (status == OK)
		status = read_controller(info);
	if (status == OK)
		status = read_namespace(info);
	return status == OK ? create_queues() : status;
}

enum microk_status nvme_open(struct device *d, cap_t badged)
{
	device = d;
	registers = device_registers(d, 0, 0, BELLS);
	if (!registers)
		return ERR_NOT_FOUND;
	return device_message(d, badged);
}

/* ---- Submitting ---- */

/* The pages of a piece: the first address as it is, each further one the beginning of a page. A client may have named a page
 * several times, and the device counts pages: it would take the rest from an older list. Returns the further ones. */
static u32 list_pages(u32 tag, const struct disk_piece *p, u64 *first)
{
	u32 count = 0;

	for (u32 i = 0; i < p->parts; i++) {
		u64 end = p->part[i].address + p->part[i].bytes;

		for (u64 at = p->part[i].address; at < end;
		     at = ALIGN_DOWN(at, PAGE_SIZE) + PAGE_SIZE) {
			if (count == 0)
				*first = at;
			else if (count <= LIST_ENTRIES)
				memory->list[tag][count - 1] = at;
			count++;
		}
	}
	return count > 0 ? count - 1 : 0;
}

static void set_data(u32 tag, const struct disk_piece *p, struct nvme_command *c)
{
	u32 further = list_pages(tag, p, &c->data[0]);

	if (further == 1)
		c->data[1] = memory->list[tag][0];
	else if (further > 1)
		c->data[1] = address_of(memory->list[tag]);
}

/* A range to be discarded lies where a list would. */
static void set_range(u32 tag, const struct disk_piece *p, struct nvme_command *c)
{
	memory->list[tag][0] = (u64)(p->sectors >> block_shift) << 32;
	memory->list[tag][1] = p->sector >> block_shift;
	c->data[0] = address_of(memory->list[tag]);
	c->word[1] = MANAGE_DEALLOCATE;
}

static bool submit(u32 tag, const struct disk_piece *p)
{
	static const u32 opcodes[] = {
		[DISK_READ] = READ,
		[DISK_WRITE] = WRITE,
		[DISK_FLUSH] = FLUSH,
		[DISK_DISCARD] = MANAGE};
	struct nvme_command c = {.opcode = opcodes[p->op], .namespace = NAMESPACE};
	u64 block = p->sector >> block_shift;

	if (flying_count == FLYING_MAX)
		return false;
	if (p->op == DISK_DISCARD) {
		set_range(tag, p, &c);
	} else if (p->op != DISK_FLUSH) {
		set_data(tag, p, &c);
		c.word[0] = (u32)block;
		c.word[1] = (u32)(block >> 32);
		c.word[2] = (p->sectors >> block_shift) - 1;
	}
	flying[tag] = true;
	flying_count++;
	nvme_queue_put(&data, (u16)tag, &c);
	return true;
}

static void kick(void)
{
	nvme_queue_ring(&data);
}

static bool poll(disk_ended *ended)
{
	u16 id, status;

	while (nvme_queue_take(&data, &id, &status)) {
		if (id >= DISK_TAGS || !flying[id])
			return false;
		flying[id] = false;
		flying_count--;
		/* Status type 0, codes 1 and 2: the device does not know the command or a field of it. */
		ended(id, (status & 0x7ff) == 0 ? OK : (status & 0x7ff) <= 2 ? ERR_METHOD : ERR_IO);
	}
	return true;
}

const struct disk_driver nvme = {.start = start, .submit = submit, .kick = kick, .poll = poll};
