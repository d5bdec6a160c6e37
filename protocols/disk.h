/* Numbers of the protocol disk. */
#pragma once

/* geometry's flags. */
#define DISK_READ_ONLY 1u
#define DISK_HAS_CACHE 2u
#define DISK_DISCARDS 4u
