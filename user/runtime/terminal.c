/* Text to the grant "stdout", an open file or terminal. */
#include "gen/protocols/file_client.h"
#include "lib/microk/output.h"
#include "lib/microk/startup.h"
#include "lib/microk/util.h"

bool output_terminal(const char *data, size_t bytes)
{
	static cap_t stdout_file;

	if (!stdout_file)
		stdout_file = grant_find("stdout");
	if (!stdout_file)
		return false;
	while (bytes) {
		size_t chunk = MIN(bytes, (size_t)FILE_WRITE_DATA_MAX);
		struct file_write_result taken;

		/* If the terminal takes nothing, the text is lost: there is no other place to report it. */
		if (file_write(stdout_file, data, chunk, &taken) != OK || !taken.written ||
		    taken.written > chunk)
			break;
		data += taken.written;
		bytes -= taken.written;
	}
	return true;
}
