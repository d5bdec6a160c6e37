name   := inspect
objs-y += main.o
