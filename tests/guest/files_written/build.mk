name := files_written
objs-y += main.o found.o rounds.o steps.o text.o
shared-y += tests/guest/kit/service.o
