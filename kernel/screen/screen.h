/*
 * The screen, as far as the kernel itself needs it, so that a person without a serial line can read why the machine does not
 * start, or has stopped. Lines go from top to bottom, without scrolling or colours; user space takes the screen over as soon
 * as it has something better (KERNEL_SCREEN), and a panic takes it back.
 */
#pragma once
#include "microk/types.h"

/* Shows the log from its first line on as VGA text, if the display adapter shows text. Returns the text's physical address;
 * 0: no text is shown. */
u64 screen_start(void);

/* Shows the log so far on the loader's screen, which microk_info's fb_* describe. */
void screen_use_loaders(u64 framebuffer_phys);

/* Called before and after the change to the kernel's final page tables: nothing is drawn in between, and the rest
 * afterwards. `map` maps device memory. */
void screen_hold(void);
void screen_map(void *(*map)(u64 phys, size_t bytes));

/* Does nothing if there is no screen, or if it is user space's. False: only a part is done, call it again. */
bool screen_put(char c);

void screen_give(void); /* to user space */
void screen_take(void); /* back, and a new page; lines that do not fit from now on are not shown */
bool screen_return(void); /* back, cleared, as it was at boot. False: only a part is done, call it again */
