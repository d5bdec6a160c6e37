name   := tour
objs-y += main.o messages.o walk.o cached.o starts.o longer.o
