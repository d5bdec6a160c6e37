# The system's log.
name   := log
objs-y += main.o lines.o budget.o sources.o writers.o readers.o
