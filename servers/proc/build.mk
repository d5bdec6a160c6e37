name   := proc
objs-y += main.o procfs.o proc_mounts.o proc_pci.o proc_text.o snapshot.o
