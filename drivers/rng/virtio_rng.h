/* A virtio entropy device. Source: OASIS, Virtual I/O Device (VIRTIO) Version 1.1, 5.4. */
#pragma once
#include "lib/device/device.h"

#define RNG_BYTES 64u /* asked for at once */

/* Takes the claimed device and starts it; `badged` is signalled when bytes have come. */
enum microk_status virtio_rng_start(struct device *d, cap_t badged);

/* Asks for RNG_BYTES bytes. One request is under way at a time. */
void virtio_rng_ask(void);

/* Takes the answer to the request: *count bytes, 1 to RNG_BYTES; no copy of them stays. ERR_NOT_FOUND: there is none yet.
 * ERR_PROTOCOL: the device does not keep to its protocol. */
enum microk_status virtio_rng_take(u8 bytes[RNG_BYTES], u32 *count);

/* The device reaches no memory from now on. */
void virtio_rng_stop(void);
