name := files_plain
shared-y += tests/guest/tried/files/main.o
shared-y += tests/guest/tried/files/directory.o
shared-y += tests/guest/tried/files/description.o
shared-y += tests/guest/tried/files/handles.o
shared-y += tests/guest/tried/files/waits.o
shared-y += tests/guest/tried/files/plain.o
