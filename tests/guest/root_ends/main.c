/* The root task ends in the way that the command line's word how= names (tests/test_restart.py). */
#include "tests/guest/kit/short.h"
#include "lib/microk/string.h"

static bool is_how(const char *how)
{
	const char *p = ((const struct microk_info *)ROOT_INFO_ADDRESS)->command_line;
	size_t length = strlen(how);

	for (; *p; p++)
		if (!strncmp(p, how, length))
			return true;
	return false;
}

int main(void)
{
	if (is_how("how=deletes"))
		slot_delete(ROOT_THREAD);
	else
		__asm__ volatile("ud2");
	return 1;
}
