# A client of the file server that holds all it reads against a model in its memory; for tests/guest/vfs_killed.
name := files_load
objs-y += main.o data.o model.o names.o verify.o
shared-y += tests/guest/kit/service.o
