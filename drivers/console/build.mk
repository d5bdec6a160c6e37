# The console driver: a terminal on framebuffer, keyboard and serial line.
name   := console
objs-y += main.o journal.o session.o requests.o kept.o delivered.o sending.o readers.o watchers.o watch_slots.o written.o output.o mirror.o remote.o keyboard.o layout.o i8042.o serial.o \
	render.o paint_pixels.o paint_text.o vga_colours.o terminal.o emulate.o answer.o edit.o grid.o history.o mode.o move.o parser.o sgr.o palette.o font.o font_data.o
objs-y += $(addprefix layouts/,us.o uk.o de.o fr.o es.o it.o pt.o se.o ch.o pl.o)

# The font comes out of a Debian package (tools/font.py), once for all stages.
FONT_DATA := $(B)/gen/drivers/console/font_data.c

$(FONT_DATA): tools/font.py
	$(call say,FONT,gen/drivers/console/font_data.c)
	$(Q)$(PYTHON) tools/font.py $@ --cache build/downloads/font

$(B)/u/drivers/console/font_data.o: $(FONT_DATA) $(B)/lists/user.flags
	$(call say,CC,gen/drivers/console/font_data.c)
	$(Q)$(CC) $(USER_FLAGS) -MMD -MP -c $< -o $@
