name := t_vault
objs-y += main.o
shared-y += tests/guest/kit/kit.o
shared-y += tests/guest/kit/apart.o
shared-y += tests/guest/kit/load.o
shared-y += tests/guest/kit/moment.o
shared-y += tests/guest/kit/supervised.o
