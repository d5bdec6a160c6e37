objs-y += main.o kin.o ask.o count.o relay.o
