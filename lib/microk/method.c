/* Methods of kernel objects. They fit the register words, so the IPC buffer stays unchanged. */
#include "lib/microk/method.h"

enum microk_status method_call(cap_t cap, u16 label, const u64 *words, size_t count,
			       struct message *result)
{
	struct message own = {0};
	struct message *m = result ? result : &own;

	if (count > MSG_REGS)
		return ERR_LENGTH;
	m->tag = TAG(label, count);
	m->badge = 0;
	for (size_t i = 0; i < MSG_REGS; i++)
		m->word[i] = i < count ? words[i] : 0;
	return ipc(SYS_CALL, cap, m);
}
