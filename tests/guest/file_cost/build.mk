name := file_cost
objs-y += main.o
shared-y += tests/guest/kit/service.o
