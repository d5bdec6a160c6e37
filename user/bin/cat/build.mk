name   := cat
objs-y += main.o
