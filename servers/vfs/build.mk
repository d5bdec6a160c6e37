name   := vfs
objs-y += main.o archivefs.o diskfs.o ring_disk.o
objs-y += $(addprefix cache/,change.o evict.o io.o pages.o start.o writeback.o)
objs-y += $(addprefix ext2/,blocks.o create.o detach.o directory.o entries.o file.o inode.o inodes.o journal.o map.o metadata.o mount.o names.o node.o)
objs-y += $(addprefix ext2/,operation.o ops.o orphan.o rename.o replay.o request.o shrink.o super.o sync.o unlink.o write.o)
