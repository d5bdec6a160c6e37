/* lspci: the functions of PCI, as /proc/pci lists them. */
#include "user/shell/command.h"
#include "user/shell/output.h"
#include "user/shell/stream.h"

#define PCI "/proc/pci"

static void lspci_run(u32 count, char **words)
{
	struct stream s;

	(void)count, (void)words;
	enum microk_status status = stream_open(&s, PCI, 0);
	if (status == ERR_NOT_FOUND)
		out("lspci: proc does not list PCI; \"uses pci list\" in system.conf allows it\n");
	else if (status != OK)
		stream_report("lspci", PCI, status);
	if (status != OK)
		return;
	while ((status = stream_fill(&s)) == OK && s.piece.data_length > 0)
		out_bytes((const char *)s.piece.data, s.piece.data_length);
	stream_close(&s);
	if (status != OK)
		stream_report("lspci", PCI, status);
}

const struct command command_lspci = {
	.name = "lspci",
	.usage = "lspci",
	.summary = "Show the functions of PCI",
	.details = "Each with its place, vendor and device, class, kind, and the process that "
		   "drives it; then its registers.",
	.run = lspci_run,
};
