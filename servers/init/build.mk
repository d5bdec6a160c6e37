name   := init
objs-y += main.o boot.o crash.o inspect.o instance.o log.o manager.o pool.o power.o supervise.o unit.o
