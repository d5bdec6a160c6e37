# The server of pipes.
name   := pipe
objs-y += main.o answers.o channel.o close.o datagram.o ends.o flights.o kept.o lent.o listen.o made.o make.o moved.o pending.o serve_file.o serve_listen.o serve_make.o serve_pipe.o serve_tty.o terminal.o text.o transfer.o waiting.o watch.o
