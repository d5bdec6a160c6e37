name   := inspect
objs-y += main.o
shared-y += tests/guest/kit/service.o
