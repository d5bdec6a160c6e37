# A client of the process server that knows how each of its processes must end; for tests/guest/processes_killed.
name := processes_load
objs-y += main.o
shared-y += tests/guest/kit/service.o
