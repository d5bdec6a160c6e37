name   := dev
objs-y += main.o devfs.o disks.o random.o rdrand.o blake2s.o chacha20.o
