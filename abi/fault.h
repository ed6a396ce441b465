// SPDX-License-Identifier: Apache-2.0
// Faults arrive at the thread's fault endpoint as a call from the faulting thread, with the badge of that endpoint
// capability. Message: 4 words. Replying resumes the thread at its (possibly rewritten) registers; a reply of 1 word
// with value NJ_FAULT_REPLY_SUSPEND leaves it suspended. Without a fault endpoint the thread is suspended.
#pragma once

enum nj_fault {
    NJ_FAULT_READ = 1,           // word 1: pc; word 2: address
    NJ_FAULT_WRITE = 2,
    NJ_FAULT_FETCH = 3,
    NJ_FAULT_ILLEGAL = 4,        // word 2: the instruction
    NJ_FAULT_BREAKPOINT = 5,
    NJ_FAULT_MISALIGNED = 6,     // word 2: address
    NJ_FAULT_SYSCALL = 7,        // word 2: call number; word 3: tag. An unknown call, or a reserved bit of a tag
    NJ_FAULT_BUDGET = 8,         // the scheduling context ran out and the thread asked to be told
    NJ_FAULT_TRAP = 9,           // the permitted trap word of checked code; the image's trap table says why
    NJ_FAULT_STACK = 10,         // read or write in a guard page of an image's stack; word 2: address
    NJ_FAULT_NO_SUPPLY = 11,     // first touch, or first vector instruction, but the space has no page left; word 2: address
                                 // (of the instruction). Supply and reply
    NJ_FAULT_COUNT = 12,
};

// Words of a fault message.
#define NJ_FAULT_WORD_KIND 0
#define NJ_FAULT_WORD_PC 1      // in a space with an image: offset from the code base
#define NJ_FAULT_WORD_DETAIL 2  // addresses in linear memory of an image: offset from the data base when inside the window
#define NJ_FAULT_WORD_EXTRA 3   // bit 0: detail is an offset in linear memory; bit 1: pc is a code offset
#define NJ_FAULT_WORDS 4

#define NJ_FAULT_REPLY_RESUME 0
#define NJ_FAULT_REPLY_SUSPEND 1
