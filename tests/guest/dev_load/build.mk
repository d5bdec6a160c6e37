# A client of /dev that knows what each read must return; for tests/guest/dev_killed.
name := dev_load
objs-y += main.o
shared-y += tests/guest/kit/service.o
