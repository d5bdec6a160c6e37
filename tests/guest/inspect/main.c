/*
 * Prints on the tests' own serial line the real content of every process's CSpace, slot by slot, as the kernel
 * describes it: for a test to hold against system.conf.
 */
#include "protocols/inspect_caps.h"
#include "microk/cap.h"
#include "lib/microk/ipc.h"
#include "lib/microk/startup.h"
#include "tests/guest/kit/service.h"

static void report_caps(cap_t supervisor, u32 id)
{
	struct inspect_cap_args from = {.id = id, .slot = 1};
	struct inspect_cap_result c;

	while (inspect_next_cap(supervisor, &from, &c) == OK) {
		report("cap %u %u %u 0x%x 0x%lx 0x%lx %lu 0x%lx 0x%lx %s\n", id, c.at, c.type,
		       c.rights, c.badge, c.object, c.size, c.self, c.parent,
		       c.name[0] != '\0' ? c.name : "-");
	}
}

static void report_process(cap_t supervisor, u32 id)
{
	struct inspect_info_result info;
	enum microk_status status = inspect_info(supervisor, id, &info);

	if (status != OK) {
		report("error: info of process %u: %s\n", id, status_name(status));
		return;
	}
	report("process %u %s %u %u %lu %lu\n", id, info.name, info.state, info.priority,
	       info.memory, info.used);
	report_caps(supervisor, id);
}

/* The longest request of its kind, in ticks: each is served by init, which is more urgent than all other threads. */
static void report_longest(cap_t supervisor)
{
	struct inspect_cap_args from = {.id = 1};
	struct inspect_cap_result c;
	u64 longest = 0, calls = 0;

	for (;; calls++) {
		u64 began = __builtin_ia32_rdtsc();
		enum microk_status status = inspect_cap(supervisor, &from, &c);
		longest = MAX(longest, __builtin_ia32_rdtsc() - began);
		if (status != OK)
			break;
		from.slot = c.at + 1;
	}
	report("longest %lu %lu\n", longest, calls);
}

int main(void)
{
	cap_t supervisor = grant_find("supervisor");
	struct inspect_next_result next = {.id = 0};
	struct inspect_memory_result memory = {0};

	if (!report_begin() || supervisor == 0)
		return 2;
	while (inspect_next(supervisor, next.id, &next) == OK)
		report_process(supervisor, next.id);
	report_longest(supervisor);
	enum microk_status status = inspect_memory(supervisor, &memory);
	report("memory %lu %lu %s\nend\n", memory.total, memory.free, status_name(status));
	return 0;
}
