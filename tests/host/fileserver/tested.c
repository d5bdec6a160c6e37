/* The server's memory over its instances, and shorthands of clients. */
#include "tested.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/startup.h"
#include "lib/state/state.h"

#define AREA_BYTES (2048 * 1024)

_Alignas(4096) u8 tested_area[AREA_BYTES];
u64 tested_area_bytes = AREA_BYTES;
cap_t server, root;
u64 tested_die_after, tested_die_again, tested_deaths;
u32 memfs_waits, memfs_events = EVENT_READABLE | EVENT_WRITABLE;

/* In place of lib/state/store.c. */
void state_store(u64 *at, u64 value)
{
	*at = value;
	if (!tested_die_after || --tested_die_after)
		return;
	tested_die_after = tested_die_again;
	tested_die_again = 0;
	tested_deaths++;
	kernel_die();
}

/* ---- The memory of a new instance ---- */

extern u8 __start_tested_data[], __stop_tested_data[], __start_tested_bss[], __stop_tested_bss[];
static u8 first_values[1 << 20];

__attribute__((no_sanitize("address"), optimize("no-tree-loop-distribute-patterns"))) static void
copy(u8 *to, const u8 *from, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		to[i] = from ? from[i] : 0;
}

static void forget(void)
{
	copy(__start_tested_data, first_values, (size_t)(__stop_tested_data - __start_tested_data));
	copy(__start_tested_bss, NULL, (size_t)(__stop_tested_bss - __start_tested_bss));
}

static void answer_of_the_disk(void)
{
	kernel_notify(server, 1);
}

static void tested_start(void)
{
	CHECK(__stop_tested_data - __start_tested_data <= (long)sizeof(first_values));
	copy(first_values, __start_tested_data, (size_t)(__stop_tested_data - __start_tested_data));
	kernel_waiting = answer_of_the_disk;
	server = kernel_mortal("tested", tested_run, forget);
	root = kernel_mint(server, RIGHTS_RW, 5);
}

/* ---- Clients ---- */

#define OWN_SLOTS 4096 /* above those of the server that are kept */

static bool taken[4096];

cap_t take_slot(void)
{
	u32 i = 0;

	while (taken[i])
		i++;
	taken[i] = true;
	return OWN_SLOTS + i;
}

void drop(cap_t slot)
{
	cnode_delete(SLOT_CNODE, slot);
	taken[slot - OWN_SLOTS] = false;
}

cap_t open_at(cap_t directory, const char *path, u32 flags, enum microk_status *status)
{
	struct dir_open_result opened;
	cap_t slot = take_slot();

	*status = dir_open(
		directory, &(struct dir_open_args){.flags = flags, .mode = 0644, .path = path},
		slot, &opened);
	if (*status == OK)
		return slot;
	CHECK(!kernel_has(slot));
	drop(slot);
	return 0;
}

cap_t must_open(cap_t directory, const char *path, u32 flags)
{
	enum microk_status status;
	cap_t slot = open_at(directory, path, flags, &status);

	if (!slot)
		printf("%s: %s\n", path, status_name(status));
	CHECK(slot != 0);
	return slot;
}

enum microk_status write_text(cap_t file, const char *text)
{
	struct file_write_result taken_bytes;

	return file_write(file, text, strlen(text), &taken_bytes);
}

size_t read_all(cap_t directory, const char *path, u8 *to, size_t room)
{
	struct file_read_result got = {0};
	enum microk_status status;
	size_t used = 0;
	cap_t file = open_at(directory, path, 0, &status);

	if (!file)
		return ~0ul;
	while ((status = file_read(file, (u32)MIN(room - used, 700), &got)) == OK &&
	       got.data_length) {
		memcpy(to + used, got.data, got.data_length);
		used += got.data_length;
	}
	drop(file);
	return status == OK ? used : ~0ul;
}

const char *content_of(cap_t directory, const char *path)
{
	static char text[4096];
	size_t length = read_all(directory, path, (u8 *)text, sizeof(text) - 1);

	if (length == ~0ul)
		return "?";
	text[length] = '\0';
	return text;
}

u64 everything(void)
{
	return (u64)kernel_caps() << 32 | tested_descriptions() << 20 | tested_holds() << 8 |
	       tested_waiting();
}

void tested_common(void)
{
	tested_start();
	test_operations();
	test_rights();
	test_paths();
	test_namespace();
	test_doubts();
	test_guessed_numbers();
	test_shares();
	test_lent();
	test_lent_abandoned();
}
