name := disk_client
objs-y += main.o basic.o load.o speed.o
shared-y += tests/guest/kit/service.o
