name   := thief
objs-y += main.o
