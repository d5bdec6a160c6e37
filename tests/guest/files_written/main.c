/* The argument is the number of rounds. The findings go to the tests' own serial line. */
#include "lib/microk/startup.h"
#include "lib/microk/string.h"
#include "lib/namespace/namespace.h"
#include "tests/guest/files_written/written.h"
#include "tests/guest/kit/service.h"

int main(void)
{
	u64 rounds = 0;

	if (!report_begin() || !string_number(startup->arguments, &rounds))
		return 2;
	namespace_from_startup();
	may_be_done("mkdir", path_mkdir(FOLDER, 0755), ERR_EXISTS);
	u32 last = found_report();
	report("begin %u\n", last + 1);
	rounds_run(last + 1, (u32)rounds);
	report("DONE\n");
	return 0;
}
