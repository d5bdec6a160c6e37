# Stage 3: a file is read through IPC.
STAGE_NAME := vfs

# The labs on messages and capabilities are done: calls may take the fast path past them.
kernel/entry-y += entry_fast.o fastpath.S.o
kernel/cap-y += cnode_quick.o untyped_quick.o
kernel/ipc-y += carry.o fault_quick.o
# Optimised as a whole: the slow path gets shorter by a sixth. In stages 1 and 2 a debugger finds every
# function where its file is.
kernel-flags += -flto=1 -flto-partition=one

lib/device-y += device.o virtio_pci.o
lib/driver-y += dma.o ring_client.o ring_driver.o
lib/fileserver-y += account.o description.o handle.o keep.o lent.o mount.o name.o once.o opening.o path.o serve.o serve_abandon.o serve_dir.o serve_names.o
lib/fileserver-y += locks.o met.o running.o serve_file.o waiting.o walked.o watch.o
lib/microk-y += exercise.o pause.o ticker.o
lib/namespace-y += calls.o pairs.o walk.o
lib/trace-y += table.o

protocols-y += protocols/dir.idl
protocols-y += protocols/disk.idl
protocols-y += protocols/pci.idl

# Memory that outlives instances, and PCI's: for the first drivers.
servers/init-y += devices.o shared.o

programs-n += stages/2-caps/vault
programs-n += stages/2-caps/thief
programs-n += labs/2-caps/attacks
tests-y += labs/2-caps/attacks
tests-y += stages/2-caps/vault
programs-y += drivers/pci
programs-y += drivers/rng
programs-y += drivers/storage
programs-y += servers/dev
programs-y += servers/proc
programs-y += servers/vfs
programs-y += stages/3-vfs/tour
programs-y += user/bin/cat

tests-y += tests/guest/client_killed
tests-y += tests/guest/dev_killed
tests-y += tests/guest/dev_load
tests-y += tests/guest/disk_client
tests-y += tests/guest/disk_killed
tests-y += tests/guest/rng_killed
tests-y += tests/guest/files_load
tests-y += tests/guest/vfs_killed
tests-y += tests/guest/file_steps
tests-y += tests/guest/files_reckless
tests-y += tests/guest/files_written
tests-y += tests/guest/overtakes
tests-y += tests/guest/tried/files
tests-y += tests/guest/tried/files_measured
tests-y += tests/guest/tried/files_plain
tests-y += tests/guest/tried/files_killed

files-y += boot/system.conf=stages/3-vfs/system.conf
files-y += etc/hello.txt=stages/3-vfs/root/etc/hello.txt

claims += lib/microk/notice.h tests/test_dev.py tests/guest/killer tests/killed.py
claims += docs/disks.md docs/proc-dev.md docs/waiting.md lib/device lib/driver lib/fileserver lib/namespace lib/trace
claims += protocols/dir.h protocols/disk.h protocols/disk_attached.h protocols/file.h protocols/pci.h protocols/pci_names.h
claims += tests/host/driver tests/test_driver_host.py tests/test_disk.py tests/disk_tables.py tests/test_vfs_killed.py tests/test_vfs_disk.py
claims += tests/host/ext2 tests/test_ext2_host.py tests/host/fileserver tests/test_fileserver_host.py
claims += tests/test_tried_files.py docs/tried-files.md
claims += tests/host/kernel tests/test_kernel_host.py
claims += tests/fuzz tests/test_fuzz.py
claims += tests/host/boot tests/test_boot_host.py tests/host/vfs tests/test_vfs_host.py
