name := t_known
objs-y += main.o
objs-y += waits.o
shared-y += tests/guest/kit/kit.o
shared-y += tests/guest/kit/apart.o
shared-y += tests/guest/kit/load.o
shared-y += tests/guest/kit/catch.o
shared-y += tests/guest/kit/large.o
