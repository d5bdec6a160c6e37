/* Local APIC, its timer, and the TSC. SDM vol. 3 ch. 11. */
#pragma once
#include "microk/types.h"

void apic_init(void);      /* silences the 8259s, enables the local APIC, measures TSC and APIC timer (calibrate.h) */
extern u64 tsc_hz;         /* TSC ticks a second */
void timer_arm(u64 tsc);   /* one-shot interrupt (VECTOR_TIMER) at this TSC time or as soon after as can be */
void timer_disarm(void);
void apic_eoi(void);
bool apic_in_service(u32 vector); /* an interrupt with this vector was delivered and not ended yet (ISR) */
void apic_interrupt_self(u32 vector); /* raises an interrupt on this processor */
bool apic_pending(void);   /* an interrupt waits to be delivered (IRR): for preemption points */
u32 apic_id(void);

/* A device's write to one of these addresses is an interrupt, and not a write to memory (SDM vol. 3, 11.11). */
#define MESSAGES_START 0xfee00000ul
#define MESSAGES_END 0xfef00000ul
/* The one by which a device interrupts this processor, with the vector as its data. */
static inline u64 apic_message_address(void) { return MESSAGES_START | (u64)apic_id() << 12; }

#define MSR_APIC_BASE 0x1b /* SDM vol. 3, 11.4.4 */
#define APIC_BASE_X2APIC (1ul << 10)

#define VECTOR_TIMER 0xef
#define VECTOR_REPORT 0xee /* abort.c: something is to be reported */
#define VECTOR_DEVICE_FAULT 0xed /* a VT-d unit has refused an access */
#define VECTOR_SPURIOUS 0xff
#define VECTOR_IRQ_BASE 0x20 /* vector of interrupt number 0 */
#define IRQ_LINES 24         /* interrupt numbers 0..23 are I/O APIC inputs */
#define IRQ_COUNT 192        /* 24.. are message-signalled */
