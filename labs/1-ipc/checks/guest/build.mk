name := t_lab1
objs-y += main.o
objs-y += registers.S.o
objs-y += memory.o
objs-y += turns.o
objs-y += messages.o
objs-y += calls.o
