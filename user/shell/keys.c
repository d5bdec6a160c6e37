/*
 * The key decoder: a state machine over ECMA-48 control sequences (5.4) and the VT220's keys.
 *
 * Weighed: readline waits some milliseconds to distinguish a lone Escape from a sequence, which fails
 * on a slow line. A state machine needs no clock, but Escape alone then does nothing. A control byte
 * inside a sequence ends it and takes effect, so no garbage can make the keyboard seem dead.
 */
#include "user/shell/keys.h"

#define PARAMETER_MAX 9999u

static u32 letter_key(u8 final, bool with_control)
{
	switch (final) {
	case 'A': return KEY_UP;
	case 'B': return KEY_DOWN;
	case 'C': return with_control ? KEY_WORD_RIGHT : KEY_RIGHT;
	case 'D': return with_control ? KEY_WORD_LEFT : KEY_LEFT;
	case 'H': return KEY_HOME;
	case 'F': return KEY_END;
	default: return KEY_UNKNOWN;
	}
}

static u32 tilde_key(u32 number)
{
	switch (number) {
	case 1:
	case 7: return KEY_HOME;
	case 4:
	case 8: return KEY_END;
	case 3: return KEY_DELETE;
	default: return KEY_UNKNOWN;
	}
}

static bool feed_csi(struct keys *k, u8 byte, u32 *key)
{
	u32 *parameter = k->count < ARRAY_LEN(k->parameter) ? &k->parameter[k->count] : NULL;

	if (byte >= '0' && byte <= '9') {
		if (parameter && *parameter < PARAMETER_MAX)
			*parameter = *parameter * 10 + (byte - '0');
		return false;
	}
	if (byte == ';') {
		k->count++;
		return false;
	}
	if (byte < 0x40 || byte > 0x7e)
		return false; /* intermediate bytes */
	k->state = KEYS_GROUND;
	*key = byte == '~' ? tilde_key(k->parameter[0]) : letter_key(byte, k->parameter[1] == 5);
	return true;
}

bool keys_feed(struct keys *k, u8 byte, u32 *key)
{
	if (byte == KEY_ESCAPE) {
		*k = (struct keys){.state = KEYS_ESCAPE};
		return false;
	}
	if (byte < 0x20 || byte == KEY_BACKSPACE)
		k->state = KEYS_GROUND;
	switch (k->state) {
	case KEYS_ESCAPE:
		k->state = byte == '[' ? KEYS_CSI : byte == 'O' ? KEYS_SS3 : KEYS_GROUND;
		*key = byte == 'b' ? KEY_WORD_LEFT : byte == 'f' ? KEY_WORD_RIGHT : KEY_UNKNOWN;
		return k->state == KEYS_GROUND;
	case KEYS_SS3:
		k->state = KEYS_GROUND;
		*key = letter_key(byte, false);
		return true;
	case KEYS_CSI: return feed_csi(k, byte, key);
	case KEYS_GROUND: break;
	}
	*key = byte;
	return true;
}
