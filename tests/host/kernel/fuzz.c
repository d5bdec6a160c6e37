/* libFuzzer's entry to model.c: every input decodes to a sequence of operations. */
#include "model.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t bytes);
int LLVMFuzzerTestOneInput(const u8 *data, size_t bytes)
{
	struct op op;

	model_begin(bytes);
	for (; bytes >= sizeof(op); data += sizeof(op), bytes -= sizeof(op)) {
		memcpy(&op, data, sizeof(op));
		model_step(&op);
	}
	model_end();
	return 0;
}
