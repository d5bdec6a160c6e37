name := ping
objs-y += main.o
