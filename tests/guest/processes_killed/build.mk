# The process server is killed while processes start, run and end.
name := t_processes_killed
objs-y += main.o
shared-y += tests/guest/killer/killer.o
shared-y += $(addprefix servers/init/,boot.o crash.o devices.o finish.o frames.o grants.o log.o pool.o services.o shared.o start.o)
# Without a log, as in the stages before it.
shared-y += stages/2-caps/servers/init/outbox.o
