name := file_bench
objs-y += main.o large.o pipes.o small.o raw.o
shared-y += tests/guest/kit/service.o
