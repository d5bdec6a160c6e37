/*
 * The decoder knows which second bytes a first byte allows (table 3-7 of the Unicode Standard), so an overlong form, a
 * surrogate or a number that is too large ends at its second byte. The alternative, checking the number when it is complete,
 * swallows bytes that begin something else.
 */
#include "lib/text/utf8.h"

static void begin(struct utf8 *d, u32 pending, u32 bits)
{
	*d = (struct utf8){.partial = bits, .pending = (u8)pending, .low = 0x80, .high = 0xbf};
}

static enum utf8_result feed_first(struct utf8 *d, u8 byte, u32 *code)
{
	if (byte < 0x80) {
		*code = byte;
		return UTF8_WHOLE;
	}
	if (byte >= 0xc2 && byte <= 0xdf) {
		begin(d, 1, byte & 0x1f);
	} else if (byte >= 0xe0 && byte <= 0xef) {
		begin(d, 2, byte & 0x0f);
		d->low = byte == 0xe0 ? 0xa0 : 0x80;  /* no overlong form */
		d->high = byte == 0xed ? 0x9f : 0xbf; /* no surrogate */
	} else if (byte >= 0xf0 && byte <= 0xf4) {
		begin(d, 3, byte & 0x07);
		d->low = byte == 0xf0 ? 0x90 : 0x80;
		d->high = byte == 0xf4 ? 0x8f : 0xbf; /* none above 0x10ffff */
	} else {
		*code = UTF8_REPLACEMENT;
		return UTF8_WHOLE;
	}
	return UTF8_MORE;
}

enum utf8_result utf8_feed(struct utf8 *d, u8 byte, u32 *code)
{
	if (d->pending == 0)
		return feed_first(d, byte, code);
	if (byte < d->low || byte > d->high) {
		d->pending = 0;
		*code = UTF8_REPLACEMENT;
		return UTF8_CUT;
	}
	d->partial = d->partial << 6 | (byte & 0x3f);
	d->low = 0x80;
	d->high = 0xbf;
	if (--d->pending > 0)
		return UTF8_MORE;
	*code = d->partial;
	return UTF8_WHOLE;
}

size_t utf8_put(u32 code, char to[UTF8_BYTES_MAX])
{
	static const u8 first[] = {0, 0xc0, 0xe0, 0xf0};

	if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		code = UTF8_REPLACEMENT;
	size_t more = code < 0x80 ? 0 : code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
	to[0] = (char)(first[more] | code >> 6 * more);
	for (size_t i = 1; i <= more; i++)
		to[i] = (char)(0x80 | (code >> 6 * (more - i) & 0x3f));
	return more + 1;
}
