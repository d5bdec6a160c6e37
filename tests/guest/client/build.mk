name   := client
objs-y += main.o
