# The server of pipes.
name   := pipe
objs-y += main.o answers.o channel.o close.o ends.o flights.o kept.o lent.o made.o make.o moved.o serve_file.o serve_make.o serve_pipe.o serve_tty.o terminal.o text.o transfer.o waiting.o watch.o
