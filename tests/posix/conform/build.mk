objs-y += directories.o files.o locks.o main.o memory.o pipes.o process.o signals.o sockets.o spawn.o stdio.o terminal.o threads.o time.o wait.o
