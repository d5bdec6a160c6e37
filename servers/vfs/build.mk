# The VFS: files of the boot archive and of the disk.
name   := vfs
objs-y += main.o archivefs.o diskfs.o ring_disk.o
objs-y += cache/change.o cache/evict.o cache/io.o cache/pages.o cache/policy.o cache/start.o cache/writeback.o
objs-y += ext2/blocks.o ext2/create.o ext2/detach.o ext2/directory.o ext2/entries.o ext2/file.o ext2/inode.o ext2/inodes.o ext2/journal.o
objs-y += ext2/map.o ext2/metadata.o ext2/mount.o ext2/names.o ext2/node.o ext2/operation.o ext2/ops.o ext2/orphan.o ext2/rename.o
objs-y += ext2/replay.o ext2/request.o ext2/shrink.o ext2/super.o ext2/sync.o ext2/unlink.o ext2/write.o
