/* The scoreboards of versions 2 and later. A board moves when it is first written, as it may in QEMU. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct board {
	size_t bytes;
	char *elements;
};
struct place {
	struct board *board;
	size_t offset;
};
void execute(void);
struct board *qemu_plugin_scoreboard_new(size_t element_bytes);
void *qemu_plugin_scoreboard_find(struct board *board, unsigned cpu);
void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
	void *insn, int op, struct place place, uint64_t value);

static struct place counter;
static uint64_t added;

struct board *qemu_plugin_scoreboard_new(size_t element_bytes)
{
	static struct board board;

	board = (struct board){element_bytes, calloc(1, element_bytes)};
	return &board;
}

void *qemu_plugin_scoreboard_find(struct board *board, unsigned cpu)
{
	return board->elements + cpu * board->bytes;
}

void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
	void *insn, int op, struct place place, uint64_t value)
{
	(void)insn, (void)op;
	counter = place;
	added = value;
}

void execute(void)
{
	struct board *board = counter.board;
	char *grown = malloc(board->bytes);

	memcpy(grown, board->elements, board->bytes);
	free(board->elements);
	board->elements = grown;
	*(uint64_t *)(grown + counter.offset) += added;
}
