/* A vault that lends: its door is open until the first look; then it takes back the key that it gave, and only then
 * locks its secret in. A task that can still look has kept a key that was taken back. */
#pragma once
#include "labs/2-caps/attacks/play.h"

/* The thief's "key" is derived from the victim's "master". */
void lend_set_up(struct task *victim, struct task *thief);
void lend(void);
