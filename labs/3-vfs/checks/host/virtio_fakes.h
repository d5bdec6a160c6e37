/* A disk whose queue the judge serves: the device's memory; and the requests that the driver reported as ended. */
#pragma once
#include "drivers/storage/virtio_blk.h"
#include "lib/device/virtio_pci.h"

#define DMA 0x40000000ul /* the device's address of its memory */

extern u8 *device_memory;
extern u64 descriptors_at, available_at, used_at; /* the queue's parts, for the device */
extern u64 features_offered;
extern u16 queue_entries;
extern u32 rings;              /* of the bell */
extern struct disk_piece piece; /* of the next submit */

#define ENDED_MOST 128u
extern struct ended {
	u32 tag;
	enum microk_status status;
} ended[ENDED_MOST];
extern u32 ended_count;
extern bool submits_again; /* the next piece that ends is submitted again at once, under its tag */
extern u32 taken_again;

enum microk_status start_disk(void);
bool submit_piece(u32 tag);
/* Submits the piece under each of these tags; returns how many were taken. */
u32 submit_many(u32 first, u32 count);
void ring_bell(void);
bool poll_disk(void);
