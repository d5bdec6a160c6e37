/* Text to the grant "stdout", an open file or terminal. */
#include "lib/microk/output.h"
#include "lib/microk/startup.h"

bool output_terminal(const char *data, size_t bytes)
{
	static cap_t stdout_file;

	if (!stdout_file)
		stdout_file = grant_find("stdout");
	if (!stdout_file)
		return false;
	output_file(stdout_file, data, bytes);
	return true;
}
