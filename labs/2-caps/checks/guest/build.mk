name := t_tasks
objs-y += main.o
shared-y += servers/init/archive.o
shared-y += servers/init/elf.o
