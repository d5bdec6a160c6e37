name   := init
objs-y += main.o boot.o crash.o finish.o grant.o inspect.o log.o manager.o pool.o services.o start.o
