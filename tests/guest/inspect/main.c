/*
 * Prints on the tests' own serial line the real content of every process's CSpace, slot by slot, as the kernel
 * describes it: for a test to hold against system.conf.
 */
#include "gen/protocols/inspect_client.h"
#include "microk/cap.h"
#include "user/lib/ipc.h"
#include "user/lib/print.h"
#include "user/lib/startup.h"

static const struct startup_entry *line;

static void report(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void report(const char *fmt, ...)
{
	char text[256];
	va_list args;
	va_start(args, fmt);
	int length = vformat(text, sizeof(text), fmt, args);
	va_end(args);
	/* Received by a file of QEMU's, which is never too slow. */
	for (int i = 0; i < length && i < (int)sizeof(text) - 1; i++)
		METHOD(line->slot, IOPORT_OUT, line->address, 1, (u8)text[i]);
}

static void report_caps(cap_t init, u32 id)
{
	u32 at, type, rights, slot = 1;
	u64 badge, object, size, self, parent;
	char name[INSPECT_CAP_NAME_MAX + 1];
	while (inspect_cap(init, id, slot, &at, &type, &rights, &badge, &object, &size, &self,
			   &parent, name, sizeof(name)) == OK) {
		report("cap %u %u %u 0x%x 0x%lx 0x%lx %lu 0x%lx 0x%lx %s\n", id, at, type, rights,
		       badge, object, size, self, parent, name[0] != '\0' ? name : "-");
		slot = at + 1;
	}
}

static void report_process(cap_t init, u32 id)
{
	u32 state, priority;
	u64 ticks, calls, memory, used;
	char name[INSPECT_INFO_NAME_MAX + 1];
	enum microk_status status = inspect_info(init, id, &state, &priority, &ticks, &calls,
						 &memory, &used, name, sizeof(name));
	if (status != OK) {
		report("error: info of process %u: %s\n", id, status_name(status));
		return;
	}
	report("process %u %s %u %u %lu %lu\n", id, name, state, priority, memory, used);
	report_caps(init, id);
}

int main(void)
{
	cap_t init = grant_find("init");
	u64 total = 0, free = 0;
	line = grant_entry("report.ports");
	if (line == NULL || init == 0)
		return 2;
	for (u32 id = 0; inspect_next(init, id, &id) == OK;)
		report_process(init, id);
	enum microk_status status = inspect_memory(init, &total, &free);
	report("memory %lu %lu %s\nend\n", total, free, status_name(status));
	return 0;
}
