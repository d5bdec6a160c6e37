/* In place of the header that TinyCC's configure writes: its paths on MicroK's disk, and musl as the C library. */
#pragma once

#define TCC_VERSION "0.9.27"
#define TCC_TARGET_X86_64 1
#define TCC_MUSL 1
#define CONFIG_TCCDIR "/usr/lib/tcc"

/* tcc -run writes code at one address and runs it at another (ports/tinycc/code.h). */
#define HAVE_SELINUX 1
