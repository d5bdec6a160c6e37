# A supervisor of init's own files, as tests/guest/vfs_killed is one, that kills the server of /dev and the disk's driver below it.
name := t_dev_killed
objs-y += main.o
shared-y += $(addprefix servers/init/,boot.o crash.o devices.o finish.o frames.o grants.o log.o outbox.o pool.o services.o shared.o start.o)
