/*
 * The length of a base address register is in the bits that it does not keep (PCI Local Bus 3.0, 6.2.5.1): ones are written, and
 * the zeros that return are the length. Meanwhile the function answers at a wrong address, so it must not decode any.
 */
#include "drivers/pci/bars.h"
#include "drivers/pci/config.h"

#define BAR_PORTS 1u
#define BAR_TYPE 6u
#define BAR_TYPE_64 4u
#define BAR_PREFETCH 8u

#define CLASS_HOST_BRIDGE 0x0600u

static u32 register_of(u32 bar)
{
	return CONFIG_BAR + bar * 4;
}

static void write_back(const struct pci_measuring *m, bool is_64)
{
	config_write(m->requester, m->at, 4, m->low);
	if (is_64)
		config_write(m->requester, m->at + 4, 4, m->high);
}

void bars_restore(struct pci_table *t)
{
	struct pci_measuring *m = &t->measuring;

	if (!m->under_way)
		return;
	write_back(m, (m->low & BAR_PORTS) == 0 && (m->low & BAR_TYPE) == BAR_TYPE_64);
	config_write(m->requester, CONFIG_COMMAND, 2, m->command);
	m->under_way = 0;
}

/* The zeros of the mask, as a number of bytes; 0 if it has no ones, as a register that does not exist. */
static u64 length(u64 mask, u32 bits)
{
	u64 all = bits == 64 ? ~0ul : (1ul << bits) - 1;

	return mask == 0 ? 0 : (~mask & all) + 1;
}

static struct pci_bar measure(struct pci_measuring *m, u16 q, u32 bar)
{
	struct pci_bar b = {0};
	u32 at = register_of(bar), low = config_read(q, at, 4), high = 0;
	bool is_ports = low & BAR_PORTS, is_64 = !is_ports && (low & BAR_TYPE) == BAR_TYPE_64;

	if (is_64)
		high = config_read(q, at + 4, 4);
	m->at = at;
	m->low = low;
	m->high = high;
	__atomic_store_n(&m->under_way, 1, __ATOMIC_RELEASE);
	config_write(q, CONFIG_COMMAND, 2, m->command & ~(COMMAND_MEMORY | COMMAND_PORTS));
	config_write(q, at, 4, ~0u);
	if (is_64)
		config_write(q, at + 4, 4, ~0u);
	u64 mask = config_read(q, at, 4) & (is_ports ? ~3u : ~15u);
	if (is_64)
		mask |= (u64)config_read(q, at + 4, 4) << 32;
	write_back(m, is_64);
	config_write(q, CONFIG_COMMAND, 2, m->command);
	__atomic_store_n(&m->under_way, 0, __ATOMIC_RELEASE);
	/* The upper half of a register for ports may read as zeros. */
	b.bytes = is_ports ? length(mask & 0xffff, 16) : length(mask, is_64 ? 64 : 32);
	if (b.bytes == 0)
		return b;
	b.address = is_ports ? low & ~3u : (u64)high << 32 | (low & ~15u);
	b.flags = (is_ports ? PCI_BAR_PORTS : 0) | (is_64 ? PCI_BAR_64 : 0) |
		  (!is_ports && low & BAR_PREFETCH ? PCI_BAR_PREFETCH : 0);
	return b;
}

void bars_measure(struct pci_table *t, struct pci_function *f)
{
	/* A host bridge decodes for the processor, which must not lose it for a moment. */
	u32 count = f->class >> 8 == CLASS_HOST_BRIDGE ? 0
		    : f->header == 0                   ? PCI_BARS
		    : f->header == 1                   ? 2
						       : 0;
	struct pci_measuring *m = &t->measuring;

	m->requester = f->requester;
	m->command = (u16)config_read(f->requester, CONFIG_COMMAND, 2);
	for (u32 i = 0; i < count; i++) {
		f->bar[i] = measure(m, f->requester, i);
		if (f->bar[i].flags & PCI_BAR_64)
			i++;
	}
}
