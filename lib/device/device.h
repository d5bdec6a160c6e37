/*
 * The PCI device of this driver: it comes from the owner of PCI (protocols/pci.idl), with its memory, its messages and its IoSpace.
 *
 * The memory that the device itself reads and writes, beside the clients' page pools, is the grant "dma": frames that outlive this
 * instance. After an instance has died the device may still write to them, until the next one resets it.
 */
#pragma once
#include "lib/driver/dma.h"
#include "microk/error.h"
#include "protocols/pci.h"

/* A call of the owner of PCI. The stub repeats it three times while the owner dies during it. The supervisor starts that
 * again, and a driver without its device is of no use, so the driver is more patient. */
#define DEVICE_TRIES 30
#define DEVICE_CALL(call)                                                   \
	({                                                                  \
		enum microk_status status_;                                 \
		u32 tries_ = 0;                                             \
		do                                                          \
			status_ = (call);                                   \
		while (status_ == ERR_PEER_DIED && ++tries_ < DEVICE_TRIES); \
		status_;                                                    \
	})

struct device_window {
	volatile u8 *at;   /* of the first page */
	u32 first, pages;  /* of the register's memory */
	u32 offset;        /* of the register's memory in its page 0 */
};

struct device {
	cap_t pci; /* by which it was claimed */
	u16 requester;
	u32 id, class, vectors;
	struct dma dma;
	u64 message_address; /* of message 0 */
	u32 message_data;
	struct device_window window[PCI_BARS];
	/* The grant "dma". */
	u8 *memory;
	u64 memory_address; /* for the device */
	u64 memory_bytes;
};

/* Claims the device of the grant `name`, with its bus mastering off. ERR_NOT_FOUND: the machine has none. */
enum microk_status device_claim(struct device *d, const char *name);

/* Maps registers: `bytes` from `offset` of base address register `bar`. NULL: they do not exist, or belong to the owner of PCI. */
volatile void *device_registers(struct device *d, u32 bar, u64 offset, u64 bytes);

/* Lets the device signal `badged`, a capability to a Notification, by its message 0. */
enum microk_status device_message(struct device *d, cap_t badged);

/* Lets its message come again; before the driver looks for the reason of the last one, so that a later reason brings a further
 * one. */
void device_acknowledge(void);

/* Resets the PCI function, where it can do that; then message 0 is as it was, and the device without the bus. ERR_NOT_FOUND:
 * it cannot. */
enum microk_status device_reset(struct device *d);

/* Lets the device reach memory, or not. */
enum microk_status device_master(struct device *d, bool on);

/* Maps the grant "dma", of at least `bytes`, for the device. Call it when the device is reset. ERR_MEMORY: the grant is too small,
 * which is reported on the log with the size `declared` that system.conf needs ("112K"). */
enum microk_status device_map_memory(struct device *d, u64 bytes, const char *declared);

/* How long the device may take for an answer: the program's argument, a number of milliseconds below 1,000,000, if it has one; else
 * `usual`. In microseconds. */
u64 device_limit(u64 usual);

/* Time limits: whether `microseconds` have passed since device_time() was `since`. */
u64 device_time(void);
bool device_is_late(u64 since, u64 microseconds);
/* The tick of the TSC at which they have. */
u64 device_deadline(u64 since, u64 microseconds);
