# A client of the console that knows what its screen must show; for tests/guest/console_killed.
name := console_load
objs-y += main.o screen.o
shared-y += tests/guest/kit/service.o
