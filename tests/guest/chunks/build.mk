name := t_chunks
objs-y += main.o
shared-y += tests/guest/kit/kit.o
shared-y += tests/guest/kit/apart.o
shared-y += tests/guest/kit/load.o
