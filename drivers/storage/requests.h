/*
 * From rings to the device and back: requests are cut into pieces that the device takes in one command, many are in flight, and a
 * request is answered when its last piece has ended. Uses no hardware and no system call of its own; the host's tests run it.
 */
#pragma once
#include "drivers/storage/disk.h"
#include "lib/driver/ring_driver.h"

#define REQUESTS_RINGS 4
#define POOL_RUN_SECTORS (2u << 20 >> 9) /* a Frame of the page pool: contiguous for the device */
#define POOL_RUNS 48

/* The page pool of a ring as the device reaches it: the address of each run, all of them full but the last. */
struct pool {
	u64 run[POOL_RUNS];
	u32 sectors;
};

struct requests_counters {
	u64 requests, commands, read_bytes, written_bytes, resets, replayed;
};

/* Begins with a device that has been started, and keeps the counters there. `now` is a clock, for `oldest`. */
void requests_init(const struct disk_driver *of, const struct disk_info *described, struct requests_counters *counted, u64 (*now)(void));

/* Serves a ring from now on; `answered` is called after answers. Number n is below REQUESTS_RINGS. Returns the number of
 * requests that were not done. A ring that is served already gets the new range; ERR_STATE in *status if it is busy. */
u32 requests_serve(u32 n, const volatile void *ring, volatile void *answers, const struct pool *pool, const struct ring_range *range,
		   bool takes_over, void (*answered)(u32 n), enum microk_status *status);

/* Looks for new requests, gives the device what it has room for, and takes what it has done. False: the device is broken, and
 * must be started again by requests_restart. */
bool requests_work(void);

/* Pieces in flight, and the time at which the oldest of them was submitted; 0: there is none. */
u32 requests_in_flight(void);
u64 requests_oldest(void);

/* Starts the device again, and submits all pieces that were in flight once more. A piece that has been in flight
 * REQUESTS_TRIES times fails with ERR_IO. If the device does not start, or has blocks of another size then, all requests fail
 * until it does. */
#define REQUESTS_TRIES 3
void requests_restart(void);

/* Whether the device did not start again: requests fail, and requests_restart may be tried again. */
bool requests_are_dead(void);
