/* A damaged image is mounted, read and changed: any status is right, but the server must go on and end. */
#pragma once
#include "kit.h"

/* Mounts kit_image, walks it, changes it, and unmounts. Whether it could be mounted. */
bool damage_walk(u32 pages);
/* One change: `what` chooses its place and form. */
void damage_one(u64 what, u64 value);
