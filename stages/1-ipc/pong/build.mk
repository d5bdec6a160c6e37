name := pong
objs-y += main.o
