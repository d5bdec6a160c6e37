# The driver of a disk.
name   := storage
objs-y += main.o device.o kept.o nvme.o nvme_queue.o partitions.o requests.o rings.o serve.o start.o virtio_blk.o virtio_pci.o
