name := files
objs-y += main.o
objs-y += directory.o
objs-y += description.o
objs-y += handles.o
objs-y += waits.o
objs-y += kept.o
objs-y += counted.o
