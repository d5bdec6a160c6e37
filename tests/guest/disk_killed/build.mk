# A supervisor of init's own files, without the decisions of its manager.c.
name := t_disk_killed
objs-y += main.o
shared-y += $(addprefix servers/init/,boot.o crash.o devices.o finish.o frames.o grants.o log.o outbox.o pool.o services.o shared.o start.o)
