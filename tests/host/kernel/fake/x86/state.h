/* In place of the kernel's header of the same name: there are no selectors to clear. */
#pragma once

static inline void selectors_clear(void) {}
