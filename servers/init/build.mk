name   := init
objs-y += main.o archive.o backtrace.o boot.o conf.o conf_names.o conf_words.o elf.o fault.o inspect.o instance.o log.o manager.o memory.o power.o supervise.o symbols.o unit.o
