# A supervisor of init's own files, as tests/guest/disk_killed is one, that kills the file server and the two below it.
name := t_vfs_killed
objs-y += main.o kills.o places.o
shared-y += $(addprefix servers/init/,boot.o crash.o devices.o finish.o frames.o grants.o log.o pool.o services.o shared.o start.o)
# Without a log, as in the stages before it.
shared-y += stages/2-caps/servers/init/outbox.o
