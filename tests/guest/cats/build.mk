name := cats
objs-y += main.o
