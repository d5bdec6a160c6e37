/* The declarations of the owner of PCI and of the disk's driver, for test supervisors that kill them; as in stages/3-vfs. */
#pragma once

#define DRIVERS_TEXT \
	"service pci\n" \
	"\tprogram boot/pci\n" \
	"\tpriority 46\n" \
	"\tserves pci list claim\n" \
	"\tpci\n" \
	"\tinfo\n" \
	"\tports serial 0x3f8 0x3ff\n" \
	"service storage\n" \
	"\tprogram boot/storage\n" \
	"\tpriority 45\n" \
	"\tmemory 2M\n" \
	"\tserves disk read write\n" \
	"\tdevice virtio 1af4:1042\n" \
	"\tdevice nvme 01:08:02\n" \
	"\tnotification wake\n" \
	"\tframes state 12K\n" \
	"\tframes dma 112K\n" \
	"\tinfo\n" \
	"\tports serial 0x3f8 0x3ff\n"
