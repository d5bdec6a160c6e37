/* lib/microk/memory.c on the host: its objects are the test kernel's, and mapped from the start. */
#include "lib/microk/memory.h"
#include "kernel.h"
#include "lib/microk/slots.h"

enum microk_status object_make(enum cap_type type, u64 size, cap_t *slot)
{
	if ((*slot = slot_alloc()) == 0)
		return ERR_LIMIT;
	kernel_make(*slot, type, type == CAP_FRAME ? size : 0, &(void *){NULL});
	return OK;
}

enum microk_status memory_make(u64 pages, cap_t *frame, void **address)
{
	cap_t made = slot_alloc();

	if (made == 0)
		return ERR_LIMIT;
	kernel_make(made, CAP_FRAME, pages, address);
	if (frame)
		*frame = made;
	return OK;
}
