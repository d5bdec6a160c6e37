/* Functions behind bridges, their BARs and capabilities, in a made-up machine; and configuration space full of random bytes. */
#include "drivers/pci/bars.h"
#include "drivers/pci/config.h"
#include "drivers/pci/scan.h"
#include "tests/host/check.h"
#include <setjmp.h>

#define FUNCTIONS 16

/* A function: its registers, the bits of each BAR that it keeps. */
static struct fake {
	bool is_there;
	u16 requester;
	u8 config[256];
	u32 keeps[6];
} fakes[FUNCTIONS];
static u32 fake_count;

static jmp_buf death;
static u64 death_in;

static struct fake *find(u16 requester)
{
	for (u32 i = 0; i < fake_count; i++)
		if (fakes[i].requester == requester)
			return &fakes[i];
	return NULL;
}

static u32 get(const u8 *at, u32 bytes)
{
	u32 value = 0;

	memcpy(&value, at, bytes);
	return value;
}

u32 config_read(u16 requester, u32 at, u32 bytes)
{
	struct fake *f = find(requester);

	CHECK(at + bytes <= 256 && at % bytes == 0);
	return f ? get(f->config + at, bytes) : bytes == 4 ? ~0u : (1u << bytes * 8) - 1;
}

void config_write(u16 requester, u32 at, u32 bytes, u32 value)
{
	struct fake *f = find(requester);

	if (death_in && --death_in == 0)
		longjmp(death, 1);
	if (at >= CONFIG_BAR && at < CONFIG_BAR + 24) {
		u32 bar = (at - CONFIG_BAR) / 4, keeps = f->keeps[bar];

		CHECK(!(get(f->config + CONFIG_COMMAND, 2) & (COMMAND_MEMORY | COMMAND_PORTS)) ||
		      value == get(f->config + at, 4));
		value = (value & keeps) | (get(f->config + at, 4) & ~keeps & 15);
	}
	memcpy(f->config + at, &value, bytes);
}

static struct fake *add(u32 bus, u32 device, u32 function, u32 id, u32 class)
{
	struct fake *f = &fakes[fake_count++];
	u32 code = class << 8;

	*f = (struct fake){.requester = REQUESTER(bus, device, function)};
	memcpy(f->config, &id, 4);
	memcpy(f->config + CONFIG_CLASS, &code, 4);
	f->config[CONFIG_COMMAND] = COMMAND_MEMORY | COMMAND_PORTS;
	return f;
}

static void set_bar(struct fake *f, u32 bar, u64 address, u64 bytes, u32 type)
{
	u64 keeps = ~(bytes - 1);
	u32 low = (u32)address | type, high = (u32)(address >> 32);

	f->keeps[bar] = (u32)keeps & (type & 1 ? 0xfffc : ~15u);
	memcpy(f->config + CONFIG_BAR + 4 * bar, &low, 4);
	if ((type & 6) != 4 || type & 1)
		return;
	f->keeps[bar + 1] = (u32)(keeps >> 32);
	memcpy(f->config + CONFIG_BAR + 4 * (bar + 1), &high, 4);
}

static void add_capability(struct fake *f, u8 at, u8 id, u8 next)
{
	f->config[CONFIG_STATUS] |= STATUS_CAPABILITIES;
	if (f->config[CONFIG_CAPABILITIES] == 0)
		f->config[CONFIG_CAPABILITIES] = at;
	f->config[at] = id;
	f->config[at + 1] = next;
}

static void build(void)
{
	struct fake *f;

	fake_count = 0;
	add(0, 0, 0, 0x29c08086, 0x060000);
	f = add(0, 1, 0, 0x11111234, 0x030000);
	set_bar(f, 0, 0xfd000000, 16 << 20, 8);
	set_bar(f, 2, 0xfebf0000, 4096, 0);
	f = add(0, 2, 0, 0x000c1b36, 0x060400);
	f->config[CONFIG_HEADER] = 0x81;
	f->config[CONFIG_BUS_BELOW] = 1;
	add(0, 2, 3, 0x000d1b36, 0x060400)->config[CONFIG_HEADER] = 1;
	find(REQUESTER(0, 2, 3))->config[CONFIG_BUS_BELOW] =
		0; /* a firmware that did not number it */
	f = add(1, 0, 0, 0x10421af4, 0x010000);
	set_bar(f, 0, 0xc040, 64, 1);
	set_bar(f, 1, 0xfe800000, 4096, 0);
	set_bar(f, 4, 0x800000000, 16384, 0xc);
	add_capability(f, 0x98, 0x11, 0x84);
	f->config[0x9a] = 2; /* three vectors */
	add_capability(f, 0x84, 0x09, 0x70);
	add_capability(f, 0x70, 0x09, 0x98);    /* a circle */
	f = add(1, 0, 1, 0x12345678, 0x020000); /* not there for a device of one function */
}

static void check_table(const struct pci_table *t)
{
	const struct pci_function *f = &t->function[3];

	CHECK(t->count == 5 && !t->measuring.under_way);
	CHECK(t->function[2].header == 1 && t->function[2].bus_below == 1);
	CHECK(f->requester == REQUESTER(1, 0, 0) && f->id == 0x10421af4 && f->class == 0x010000);
	CHECK(f->msix == 0x98 && f->vectors == 3 && f->express == 0);
	CHECK(f->bar[0].bytes == 64 && f->bar[0].flags == PCI_BAR_PORTS &&
	      f->bar[0].address == 0xc040);
	CHECK(f->bar[1].bytes == 4096 && f->bar[1].address == 0xfe800000 && f->bar[1].flags == 0);
	CHECK(f->bar[4].bytes == 16384 && f->bar[4].address == 0x800000000);
	CHECK(f->bar[4].flags == (PCI_BAR_64 | PCI_BAR_PREFETCH));
	CHECK(f->bar[2].bytes == 0 && f->bar[3].bytes == 0 && f->bar[5].bytes == 0);
	CHECK(t->function[1].bar[0].bytes == 16 << 20 &&
	      t->function[1].bar[0].flags == PCI_BAR_PREFETCH);
	CHECK(scan_capability(REQUESTER(1, 0, 0), 9, 0) == 0x84);
	CHECK(scan_capability(REQUESTER(1, 0, 0), 9, 0x70) == 0x70);
	CHECK(scan_capability(REQUESTER(1, 0, 0), 5, 0) == 0);
}

/* Every register has the value that it had. */
static void check_unchanged(void)
{
	static struct fake now[FUNCTIONS];

	memcpy(now, fakes, sizeof(now));
	build();
	CHECK(memcmp(now, fakes, sizeof(now)) == 0);
}

/* The owner of PCI dies at each write, and a successor completes the table. */
static void deaths(void)
{
	static struct pci_table t;
	static u64 n;
	static bool ended;

	for (n = 1; !ended; n++) {
		memset(&t, 0, sizeof(t));
		build();
		death_in = n;
		if (!setjmp(death)) {
			scan_functions(&t, 0);
			ended = death_in > 0;
		} else {
			scan_functions(&t, 0);
		}
		death_in = 0;
		check_table(&t);
		check_unchanged();
	}
	CHECK(n > 30);
}

static void random_machines(void)
{
	static struct pci_table t;
	unsigned long state = 7;

	for (u32 round = 0; round < 2000; round++) {
		memset(&t, 0, sizeof(t));
		fake_count = 0;
		for (u32 i = 0; i < FUNCTIONS; i++) {
			struct fake *f =
				add((u32)random_next(&state) % 4, (u32)random_next(&state) % 32,
				    (u32)random_next(&state) % 3, 0, 0);
			for (u32 n = 0; n < 256; n++)
				f->config[n] = (u8)random_next(&state);
			f->config[CONFIG_HEADER] &= 0x81;
			f->config[CONFIG_BUS_BELOW] %= 5;
			for (u32 n = 0; n < 6; n++)
				f->keeps[n] = (u32)random_next(&state);
		}
		scan_functions(&t, 0);
		CHECK(t.count <= FUNCTIONS);
	}
}

int main(void)
{
	static struct pci_table t;

	build();
	CHECK(scan_functions(&t, 0));
	check_table(&t);
	check_unchanged();
	deaths();
	random_machines();
	return check_result("scan");
}
