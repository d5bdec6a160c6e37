name   := lspci
objs-y += main.o
