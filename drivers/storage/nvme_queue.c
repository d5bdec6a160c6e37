#include "drivers/storage/nvme_queue.h"

void nvme_queue_init(struct nvme_queue *q, volatile void *commands, volatile void *completions,
		     volatile u32 *tail_bell, volatile u32 *head_bell)
{
	*q = (struct nvme_queue){
		.commands = commands,
		.completions = completions,
		.tail_bell = tail_bell,
		.head_bell = head_bell,
		.phase = NVME_PHASE};
}

void nvme_queue_put(struct nvme_queue *q, u16 id, const struct nvme_command *c)
{
	volatile struct nvme_command *to = &q->commands[q->tail];

	to->opcode = c->opcode | (u32)id << 16;
	to->namespace = c->namespace;
	to->data[0] = c->data[0];
	to->data[1] = c->data[1];
	for (u32 i = 0; i < ARRAY_LEN(c->word); i++)
		to->word[i] = c->word[i];
	q->tail = (q->tail + 1) % NVME_ENTRIES;
}

void nvme_queue_ring(struct nvme_queue *q)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	*q->tail_bell = q->tail;
}

bool nvme_queue_take(struct nvme_queue *q, u16 *id, u16 *status)
{
	u32 word = q->completions[q->head].status;

	if ((word & NVME_PHASE) != q->phase)
		return false;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	*id = (u16)word;
	*status = (u16)(word >> 17);
	q->head = (q->head + 1) % NVME_ENTRIES;
	if (q->head == 0)
		q->phase ^= NVME_PHASE;
	*q->head_bell = q->head;
	return true;
}
