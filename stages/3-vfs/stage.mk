# Stage 3: a file is read through IPC.
STAGE_NAME := vfs

protocols-y += servers/vfs/vfs.idl

programs-n += stages/2-caps/vault
programs-n += stages/2-caps/thief
programs-y += servers/vfs
programs-y += user/bin/cat

files-y += boot/system.conf=stages/3-vfs/system.conf
files-y += etc/hello.txt=stages/3-vfs/root/etc/hello.txt

claims += servers/vfs user/bin/cat
