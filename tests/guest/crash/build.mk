name   := crash
objs-y += main.o
