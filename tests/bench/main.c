/* The benchmark: the root task of the machine that tools/bench.py starts. */
#include "tests/bench/bench.h"
#include "tests/guest/kit/apart.h"
#include "lib/microk/start.h"
#include "lib/microk/util.h"

static const struct kit_test tests[] = {
	{"null", bench_null},
	{"calls", bench_calls},
	{"calls_same", bench_calls_same},
	{"calls_ipc", bench_calls_ipc},
	{"notifications", bench_notifications},
	{"yield", bench_yield},
	{"faults", bench_faults},
	{"objects", bench_objects},
	{"pages", bench_pages},
	{"copies", bench_copies},
	{"devices", bench_devices},
	{"extremes", bench_extremes},
};

int main(void)
{
	u64 now = tsc_read();

	apart_begin(); /* does not return in a second address space */
	kit_report("BOOT %lu %lu", now - kit_info->boot_tsc, kit_info->tsc_hz);
	sample_init();
	kit_main(tests, ARRAY_LEN(tests));
}
