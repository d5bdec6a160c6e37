name := t_sealed
objs-y += main.o
objs-y += unfinished.o
objs-y += wx.o
objs-y += sent.o
objs-y += addresses.o
shared-y += tests/guest/kit/kit.o
shared-y += tests/guest/kit/apart.o
