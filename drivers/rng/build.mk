# The driver of a device that makes random numbers.
name   := rng
objs-y += main.o virtio_rng.o
