# Exercise 2.8: the learner's play, in a program of its own, so that it cannot alter the plays of boot/attack.
name := own
objs-y += plays.o
shared-y += user/attack/play.o
shared-y += labs/2-caps/attacks/main.o
shared-y += labs/2-caps/attacks/task.o
shared-y += labs/2-caps/attacks/draw.o
shared-y += labs/2-caps/attacks/parts.o
shared-y += tests/guest/kit/load.o
