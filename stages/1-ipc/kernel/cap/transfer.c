/* Stand-in for cap/transfer.c: until there is derivation, a message that carries capabilities is refused. */
#include "cap/transfer.h"

status_t transfer_invoke(struct thread *from, struct thread *to, u32 count)
{
	(void)from, (void)to, (void)count;
	return ERR_TRANSFER;
}

void transfer_failed(struct thread *from, u32 count)
{
	(void)from, (void)count;
}
