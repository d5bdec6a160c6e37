name   := init
objs-y += main.o boot.o crash.o finish.o inspect.o instance.o log.o manager.o pool.o supervise.o unit.o
