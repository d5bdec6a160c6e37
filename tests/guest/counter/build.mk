name := counter
objs-y += main.o
