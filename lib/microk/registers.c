/* Registers of a thread: from and to the words of the IPC buffer that THREAD_READ and THREAD_WRITE use. */
#include "lib/microk/registers.h"
#include "gen/lib/microk/methods.h"
#include "lib/microk/self.h"
#include "lib/microk/string.h"

static enum microk_status read_set(cap_t thread, enum register_set set, void *to, size_t bytes)
{
	enum microk_status status = thread_read(thread, set);

	if (status == OK)
		memcpy(to, &thread_self()->buffer->words[REGISTERS_AT], bytes);
	return status;
}

static enum microk_status write_set(cap_t thread, enum register_set set, const void *from,
				    size_t bytes)
{
	memcpy(&thread_self()->buffer->words[REGISTERS_AT], from, bytes);
	return thread_write(thread, set);
}

enum microk_status general_read(cap_t thread, struct general_registers *to)
{
	return read_set(thread, REGISTERS_GENERAL, to, sizeof(*to));
}

enum microk_status fpu_read(cap_t thread, struct fpu_registers *to)
{
	return read_set(thread, REGISTERS_FPU, to, sizeof(*to));
}

enum microk_status general_write(cap_t thread, const struct general_registers *from)
{
	return write_set(thread, REGISTERS_GENERAL, from, sizeof(*from));
}

enum microk_status fpu_write(cap_t thread, const struct fpu_registers *from)
{
	return write_set(thread, REGISTERS_FPU, from, sizeof(*from));
}
