/* A cpio "newc" archive built by hand, so that tests can build wrong ones. */
#pragma once
#include <stdio.h>
#include <string.h>

struct cpio {
	size_t used;
	unsigned char bytes[1 << 16];
};

static inline void cpio_pad(struct cpio *c)
{
	while (c->used % 4)
		c->bytes[c->used++] = 0;
}

static inline void cpio_add(struct cpio *c, const char *name, unsigned mode, const void *data,
			    size_t bytes)
{
	char header[111];
	snprintf(header, sizeof(header),
		 "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", 1u, mode, 0u, 0u, 1u,
		 0u, (unsigned)bytes, 0u, 0u, 0u, 0u, (unsigned)strlen(name) + 1, 0u);
	memcpy(c->bytes + c->used, header, 110);
	c->used += 110;
	memcpy(c->bytes + c->used, name, strlen(name) + 1);
	c->used += strlen(name) + 1;
	cpio_pad(c);
	memcpy(c->bytes + c->used, data, bytes);
	c->used += bytes;
	cpio_pad(c);
}

static inline void cpio_file(struct cpio *c, const char *name, const char *text)
{
	cpio_add(c, name, 0100644, text, strlen(text));
}

static inline void cpio_end(struct cpio *c)
{
	cpio_add(c, "TRAILER!!!", 0, "", 0);
}
