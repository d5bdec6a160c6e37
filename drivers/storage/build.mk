# The driver of a disk.
name   := storage
objs-y += main.o kept.o nvme.o nvme_queue.o partitions.o requests.o rings.o serve.o start.o virtio_blk.o
