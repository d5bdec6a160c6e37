# A client of the file server that keeps no order; for tests/guest/client_killed.
name := files_reckless
objs-y += main.o
shared-y += tests/guest/kit/service.o
