name   := vfs
objs-y += main.o serve.o handle.o open_file.o path.o mount.o name.o archivefs.o procfs.o proc_text.o snapshot.o
