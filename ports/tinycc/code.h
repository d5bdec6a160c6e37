/*
 * Code that tcc -run makes in memory. TinyCC's tccrun.c is compiled with this header in front of it.
 *
 * A page of MicroK is never writable and executable in one address space, not even at two addresses (docs/security.md). TinyCC has
 * two ways to run code: one page with both rights, and (HAVE_SELINUX) one file that is mapped twice, once for each right. Here the
 * second way is taken, and the two mappings are two memories: TinyCC writes into the first, and when it asks for the address of the
 * program's first function, all of the code is copied into the second, which is then made executable. Data stay in the first.
 *
 * Weighed: LuaJIT and V8 change one mapping from writable to executable. TinyCC's data follow its code in the same page, so
 * that page would need both rights. OpenBSD's port of TinyCC has no -run for this reason.
 */
#pragma once
#define _GNU_SOURCE /* as tcc.h has it */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* The memory to be written, then the memory to be executed, as tccrun.c asks for them. MAP_FAILED: there is none. */
void *code_map(size_t bytes, int rights);

#define mkstemp(name) (-1) /* there is no file */
#define unlink(name) ((void)(name))
#define ftruncate(file, bytes) ((void)(file))
#define close(file) ((void)(file))
#define munmap(at, bytes) ((void)0) /* the program's functions for atexit run after TinyCC's end */
#define mmap(hint, bytes, rights, flags, file, offset) code_map(bytes, rights)
#define get_sym_addr code_address /* TinyCC's declaration of that function declares this one */
