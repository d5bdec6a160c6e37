name := t_known
objs-y += main.o
shared-y += tests/guest/kit/kit.o
shared-y += tests/guest/kit/apart.o
shared-y += tests/guest/kit/catch.o
shared-y += servers/init/archive.o
shared-y += servers/init/elf.o
