name := file_steps
objs-y += main.o steps.o
shared-y += tests/guest/kit/service.o
