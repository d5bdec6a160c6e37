# Stage 3: a file is read through IPC.
STAGE_NAME := vfs

programs-y += servers/vfs

protocols-y += servers/vfs/file.idl servers/vfs/vfs.idl
