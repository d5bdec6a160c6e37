name := t_tasks
objs-y += main.o
