# A supervisor of init's own files, as tests/guest/vfs_killed is one, that kills a client of the file server.
name := t_client_killed
objs-y += main.o
shared-y += $(addprefix servers/init/,boot.o crash.o devices.o finish.o frames.o grants.o log.o outbox.o pool.o services.o shared.o start.o)
