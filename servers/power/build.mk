# Switching the machine off, and restarting it.
name   := power
objs-y += main.o
