// SPDX-License-Identifier: Apache-2.0
// The system calls: one table, numbers fixed for ever, one calling convention. Usable from C and assembly.
//
// riscv64 registers (other architectures use their first free ones in the same order):
//
//   in   t0  capability slot                    out  t0  badge of the received message, else 0
//        t1  message tag, or operation (invoke)      t1  tag of the received message (>= 0), or -(enum nj_status)
//        t3  reply slot | receive slot << 32         a0-a7  message words, or results of an operation
//        a0-a7  message words or arguments
//        t2  call number (processes only)
//
// A process executes ECALL with the number in t2. A capsule jumps `jalr ra, NJ_ENTRY_OFFSET(number)(tp)` (capsule.h).
// All other caller-saved registers come back as zero (a capsule's t2, t5 and t6 as valid sandbox values);
// callee-saved ones are kept. A number that is not in this table, or a reserved bit set in a tag, is a fault.
#pragma once

#define NJ_SYS_CALL 0        // send to an endpoint with a reply wanted, wait for the reply           (right: SEND)
#define NJ_SYS_REPLY_RECV 1  // answer the caller held by the reply object in t3, then receive on t0  (right: RECV)
#define NJ_SYS_INVOKE 2      // an operation on a kernel object: t1 = operation, see object.h
#define NJ_SYS_SEND 3        // send to an endpoint, wait until received; or answer: t0 = reply capability
#define NJ_SYS_TRY_SEND 4    // send only if a receiver waits, else WOULD_BLOCK
#define NJ_SYS_RECV 5        // receive on an endpoint; t3 = reply object for callers, 0 for none     (right: RECV)
#define NJ_SYS_TRY_RECV 6    // receive only if a sender waits, else WOULD_BLOCK
#define NJ_SYS_SIGNAL 7      // OR the capability's badge into a notification, wake a waiter           (right: SEND)
#define NJ_SYS_WAIT 8        // wait for a notification; its word comes back in a0 and is cleared      (right: RECV)
#define NJ_SYS_POLL 9        // as wait, but WOULD_BLOCK when the word is 0
#define NJ_SYS_YIELD 10      // give up the rest of this turn to threads of the same priority; no capability
#define NJ_SYS_TIME 11       // a0 = nanoseconds since boot; no capability
#define NJ_SYS_GATE_CALL 12   // enter a capsule through the gate in t0, with a0-a7; back with a0-a7       (right: SEND)
#define NJ_SYS_GATE_RETURN 13 // leave the capsule that was entered, with a0-a7; no capability
#define NJ_SYS_COUNT 14

// Gates have a convention of their own. t1 and t3 are ignored on the way in. The callee starts with t0 = badge, t1 = 8,
// a0-a7 as the caller had them; the caller goes on with t0 = 0, t1 = 8 and the callee's a0-a7, or t1 = -(enum nj_status)
// and a0-a7 = 0. ALL OTHER registers are 0 on both sides, s0-s11 and floating point too: the caller keeps on its stack
// what it needs. sp, pc and the sandbox registers are kept by the kernel, of a process also ra, gp and tp.

// The message tag. Bits 0-6: words carried, 0 to NJ_MESSAGE_WORDS; the first 8 travel in registers, the others in the
// message pages of both threads. Bit 8: one capability travels with the message. Bits 32-63, sender's side only: its
// slot. Everything else is reserved and 0. A receiver takes a capability only into the empty slot it named in the upper
// half of t3; the tag it sees has bit 8 set when one arrived. Untyped memory is moved to the receiver, other
// capabilities are copied. All eight registers always travel: a sender zeroes those it does not use. Bit 9, receiver's
// side only: this is no message but the word of the thread's bound notification, in a0.
#define NJ_TAG_WORDS_MASK 0x7f
#define NJ_TAG_CAP 0x100
#define NJ_TAG_SIGNAL 0x200
#define NJ_TAG_CAP_SHIFT 32
#define NJ_MESSAGE_REGISTERS 8
#define NJ_MESSAGE_WORDS 64

// The message page: words 8..63 of a long message lie at their own index (byte 8 * index) in the page that was named
// when the thread was configured. Words 0..7 are never read or written there. The rest of the page is the program's
// (system components find struct nj_startup there, startup.h).
#define NJ_MESSAGE_BYTES 512

#define NJ_SLOT_NONE 0 // slot 0 of every table holds the table's own bookkeeping, never a capability
