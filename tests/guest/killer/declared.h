/* The declarations of the owner of PCI, of the disk's driver and of the file server, for test supervisors that kill them; as in
 * stages/3-vfs. */
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

#define VFS_TEXT \
	"service vfs\n" \
	"\tprogram boot/vfs\n" \
	"\tpriority 30\n" \
	"\tmemory 2M\n" \
	"\tslots 2048\n" \
	"\tserves vfs read write manage\n" \
	"\tuses disk read write\n" \
	"\tring disk 4M\n" \
	"\tnotification wake\n" \
	"\tframes state 512K\n" \
	"\tframes cache 256K\n" \
	"\tarchive\n" \
	"\tinfo\n" \
	"\tports serial 0x3f8 0x3ff\n"

/* A second file server: of the disk's second partition, and without the boot archive. */
#define HOME_TEXT \
	"service home\n" \
	"\tprogram boot/vfs\n" \
	"\targuments partition=2\n" \
	"\tpriority 30\n" \
	"\tmemory 2M\n" \
	"\tslots 2048\n" \
	"\tserves home as vfs read write manage\n" \
	"\tuses disk read write\n" \
	"\tring disk 4M\n" \
	"\tnotification wake\n" \
	"\tframes state 512K\n" \
	"\tframes cache 256K\n" \
	"\tinfo\n" \
	"\tports serial 0x3f8 0x3ff\n"
