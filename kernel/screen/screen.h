/*
 * The screen, as far as the kernel itself needs it, so that a person without a serial line can read why the machine does not
 * start, or has stopped. Lines go from top to bottom, without scrolling or colours; user space takes the screen over as soon
 * as it has something better (KERNEL_SCREEN), and a panic takes it back.
 */
#pragma once
#include "microk/types.h"

/* From the first line on: VGA text, where the display adapter shows that; its physical address. 0: no text is shown. */
u64 screen_start(void);

/* The loader's screen is known (microk_info's fb_*): the log so far is shown there. */
void screen_use_loaders(u64 framebuffer_phys);

/* Around the change to the kernel's final page tables: nothing is drawn in between, and all after. `map` shows device memory. */
void screen_hold(void);
void screen_map(void *(*map)(u64 phys, size_t bytes));

/* Nothing happens where there is no screen, or it is user space's. False: that was a part of it, again. */
bool screen_put(char c);

void screen_give(void); /* to user space */
void screen_take(void); /* back, and a new page; lines that do not fit from now on are not shown */
bool screen_return(void); /* back, cleared, as it was at boot. False: that was a part of it, again */
