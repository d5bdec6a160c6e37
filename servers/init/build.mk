name   := init
objs-y += main.o boot.o crash.o finish.o fit.o frames.o grants.o inspect.o log.o manager.o pool.o reaper.o services.o start.o
