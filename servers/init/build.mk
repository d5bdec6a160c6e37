name   := init
objs-y += main.o backtrace.o boot.o fault.o inspect.o instance.o log.o manager.o pool.o power.o supervise.o unit.o
