# A read from the cache while another client waits for a slow disk.
name := overtakes
objs-y += main.o
shared-y += tests/guest/kit/service.o
