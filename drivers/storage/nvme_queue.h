/* A pair of NVMe queues, submission and completion, of one page each. Source: NVM Express Base Specification 1.4, chapter 4. */
#pragma once
#include "microk/types.h"

#define NVME_ENTRIES 64 /* of each queue; one of the submission queue stays empty */

struct nvme_command {
	u32 opcode; /* and the command's id in the upper half */
	u32 namespace;
	u64 reserved, metadata;
	u64 data[2]; /* PRP 1 and 2 */
	u32 word[6]; /* command dwords 10 to 15 */
};

struct nvme_completion {
	u32 result, reserved;
	u32 place;  /* the submission queue's head, and its number */
	u32 status; /* the command's id, the phase in bit 16, the status above */
};
#define NVME_PHASE 0x10000u

_Static_assert(sizeof(struct nvme_command) == 64 && sizeof(struct nvme_completion) == 16, "4.2, 4.6");

struct nvme_queue {
	volatile struct nvme_command *commands;
	volatile struct nvme_completion *completions;
	volatile u32 *tail_bell, *head_bell;
	u32 tail, head, phase;
};

/* Both are empty, and all 0. */
void nvme_queue_init(struct nvme_queue *q, volatile void *commands, volatile void *completions, volatile u32 *tail_bell, volatile u32 *head_bell);

/* Adds a command with this id. The caller has fewer than NVME_ENTRIES - 1 in the queue. */
void nvme_queue_put(struct nvme_queue *q, u16 id, const struct nvme_command *c);
/* The device may begin them. */
void nvme_queue_ring(struct nvme_queue *q);

/* Takes the next completion: the command's id, and its status, 0 for success. False: there is none. */
bool nvme_queue_take(struct nvme_queue *q, u16 *id, u16 *status);
