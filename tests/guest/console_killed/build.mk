# The console is killed while a client writes and reads.
name := t_console_killed
objs-y += main.o
shared-y += tests/guest/killer/killer.o
shared-y += $(addprefix servers/init/,boot.o crash.o devices.o finish.o frames.o grants.o log.o pool.o services.o shared.o start.o)
# Without a log, as in the stages before it.
shared-y += stages/2-caps/servers/init/outbox.o
