name   := vault
objs-y += main.o
