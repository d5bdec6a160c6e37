name := race
objs-y += main.o
