/* QEMU's edu device (-device edu; docs/specs/edu.txt of QEMU), which sends messages and reads and writes memory. */
#pragma once
#include "microk/types.h"

/* Its registers, as words of 4 bytes. */
#define EDU_RAISE (0x60 / 4)
#define EDU_LOWER (0x64 / 4)
#define EDU_DMA_FROM (0x80 / 4)
#define EDU_DMA_TO (0x88 / 4)
#define EDU_DMA_COUNT (0x90 / 4)
#define EDU_DMA_COMMAND (0x98 / 4)
#define EDU_DMA_START 1u
#define EDU_DMA_TO_MEMORY 2u
#define EDU_DMA_RAISES 4u /* an interrupt at the end: 100 ms later */
#define EDU_BUFFER 0x40000 /* its own memory, one page, as an end of a transfer */

#define EDU_MESSAGE 0xfee00000ul /* where messages go, as without remapping */

extern volatile u32 *edu;
extern u32 edu_function; /* device << 3 | function, on bus 0 */

/* Finds it, maps its registers and switches on its messages. Each test does so anew, and closes it. */
void edu_open(void);
void edu_close(void);

/* The word that it writes when it raises an interrupt, and where it writes it. */
void edu_set_message(u64 address, u32 data);

/* It raises its line instead. */
void edu_use_line(void);

/* Moves bytes between its buffer and the device address, and returns when it has ended, with or without effect. */
void edu_read(u64 address, u32 bytes);
void edu_write(u64 address, u32 bytes);
