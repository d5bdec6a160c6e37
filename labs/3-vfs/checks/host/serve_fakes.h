/* Clients, descriptions, one file system of files with known bytes, and a record of the calls to other files. */
#pragma once
#include "lib/fileserver/serve_parts.h"

#define CLIENT 5ul /* a badge that init gave to a client */
#define PLACES 8u

enum dispatched { NOWHERE, TO_DIR, TO_FILE, TO_BOTH };

extern struct description table[PLACES];
extern u64 file_bytes;                 /* the length of every file */
extern enum microk_status read_status; /* the file system's answer, unless it is OK */
extern u32 reads, offset_sets;
extern u64 read_size;                  /* of the last read of the file system */
/* of once.h: whether the request came before, with these words; an error instead; the words that were kept */
extern bool was_served;
extern struct kept served;
extern enum microk_status once_status;
extern u32 keeps;
extern u64 kept_a, kept_moved;
/* ends */
extern u32 handles_closed, handle_closed_last, clients_forgotten, openers_closed, recounts;
extern bool forget_result;
extern u64 opener_closed_last, forgotten_last;
extern u32 in_transaction, forgotten_outside;

void begin_serving(void);
u64 badge_of(u32 number);
enum dispatched route(u16 label, u64 badge);
enum microk_status read_file(u64 badge, u32 size, struct file_read_result *result);
void tell_closed(u64 badge);
u8 byte_of(u64 node, u64 offset);
