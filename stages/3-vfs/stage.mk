# Stage 3: a file is read through IPC.
STAGE_NAME := vfs

protocols-y += servers/vfs/vfs.idl

programs-y += servers/vfs

files-y += boot/system.conf=stages/3-vfs/system.conf
files-y += etc/hello.txt=stages/3-vfs/root/etc/hello.txt

claims += servers/vfs
