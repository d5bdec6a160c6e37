/* Protocol disk. */
#pragma once
#include "drivers/storage/disk.h"
#include "drivers/storage/kept.h"
#include "lib/driver/dma.h"
#include "lib/microk/server.h"

/* `described` is NULL on a machine without a disk: every request then returns ERR_NOT_FOUND. */
void serve_init(struct kept *of, const struct disk_info *described, struct dma *reached);

/* Binds the rings that an earlier instance served. Returns the number of requests that it left. */
u32 serve_take_over(void);

void serve_dispatch(struct request *r);
