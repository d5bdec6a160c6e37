name   := proc
objs-y += main.o procfs.o proc_text.o snapshot.o
