name   := vfs
objs-y += main.o archivefs.o
