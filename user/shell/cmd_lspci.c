/* lspci: the functions of PCI, as /proc/pci lists them. */
#include "user/shell/command.h"
#include "user/shell/output.h"
#include "user/shell/stream.h"

#define PCI "/proc/pci"

static int lspci_run(const struct arguments *a)
{
	struct stream s;

	(void)a;
	enum microk_status status = stream_open(&s, PCI, 0);
	if (status == ERR_NOT_FOUND) {
		err_row("lspci: proc does not list PCI; \"uses pci list\" in system.conf allows "
			"it");
		return EXIT_FAILED;
	}
	if (status != OK)
		return stream_report("lspci", PCI, status);
	while ((status = stream_fill(&s)) == OK && s.piece.data_length > 0)
		out_bytes((const char *)s.piece.data, s.piece.data_length);
	stream_close(&s);
	return status == OK ? EXIT_OK : stream_report("lspci", PCI, status);
}

const struct command command_lspci = {
	.name = "lspci",
	.usage = "lspci",
	.summary = "Show the functions of PCI",
	.details = "Each with its place, vendor and device, class, kind, and the process that "
		   "drives it; then its registers.",
	.run = lspci_run,
};
