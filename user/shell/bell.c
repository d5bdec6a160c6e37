#include "user/shell/bell.h"
#include "lib/microk/memory.h"
#include "lib/microk/slots.h"
#include "microk/cap.h"

static cap_t bell;
static cap_t minted[BELL_BITS];

enum microk_status bell_cap(u32 bit, cap_t *cap)
{
	enum microk_status status = bell ? OK : object_make(CAP_NOTIFICATION, 0, &bell);

	if (status == OK && !minted[bit])
		status = cap_mint(bell, RIGHT_WRITE, 1ul << bit, MINT_BADGE, &minted[bit]);
	*cap = minted[bit];
	return status;
}

static void (*prepare)(void), (*serve)(u64 bits);

void bell_serve(void (*before)(void), void (*rung)(u64 bits))
{
	prepare = before;
	serve = rung;
}

static void take(u64 tag)
{
	struct message m = {.tag = tag};

	if (bell && ipc(SYS_WAIT, bell, &m) == OK)
		serve(m.badge);
}

void bell_wait(void)
{
	prepare();
	take(0);
}

void bell_poll(void)
{
	take(TAG_NONBLOCK);
}
