name   := init
objs-y += main.o backtrace.o boot.o fault.o inspect.o instance.o log.o manager.o memory.o power.o supervise.o unit.o
