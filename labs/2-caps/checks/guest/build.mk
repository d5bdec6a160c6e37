name := t_tasks
objs-y += main.o
shared-y += tests/guest/kit/load.o
