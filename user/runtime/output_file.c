/* Text to an open file, terminal or pipe. */
#include "gen/protocols/file_client.h"
#include "lib/microk/output.h"
#include "lib/microk/util.h"

void output_file(cap_t file, const char *data, size_t bytes)
{
	while (bytes > 0) {
		size_t chunk = MIN(bytes, (size_t)FILE_WRITE_DATA_MAX);
		struct file_write_result taken;

		if (file_write(file, data, chunk, &taken) != OK || taken.written == 0 ||
		    taken.written > chunk)
			return;
		data += taken.written;
		bytes -= taken.written;
	}
}
