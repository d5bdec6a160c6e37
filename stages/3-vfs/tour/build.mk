name   := tour
objs-y += main.o messages.o cached.o starts.o
