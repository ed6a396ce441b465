// SPDX-License-Identifier: Apache-2.0
// Every kernel object, as an element of a typed array. Each array overlays the direct map of RAM: the index of an
// object is its physical offset in RAM divided by its size, so there is nothing to map and nothing to allocate. Which
// array a page belongs to is decided in one place, the page-kind table (page.h).
//
// Index 0 of every array lies in the first page of RAM, which is never given out: NIL.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "abi/object.h"
#include "abi/status.h"
#include "abi/syscall.h"
#include "kernel/arch/arrays.h"
#include "kernel/arch/context.h"

#define NIL 0u
#define PAGE_BYTES 4096u
#define ALIGNED(bytes) __attribute__((aligned(bytes))) // _Alignas, which Frama-C 25 does not know
#define COLD __attribute__((cold, noinline)) // runs rarely: built for size
#define BOOT_ONLY __attribute__((section(".init.text"))) // given back when user space starts

// Kinds a capability has inside the kernel only.
enum {
    KIND_ZOMBIE = 64, // being deleted in steps; `extra` is the kind it had
    KIND_SUPPLY,      // untyped memory that was moved into a space or code object
    KIND_ROOT = 128,  // of the hidden slot that encloses all others
};

// A capability. Lives in a slot; 16 bytes, so that one load brings kind, rights and object.
struct cap {
    uint8_t kind;   // enum nj_kind or KIND_*
    uint8_t rights; // enum nj_right, CAP_REVOKING, and for frames CAP_DEVICE
    uint16_t extra; // frame: pages in the run; zombie: former kind
    uint32_t object; // index in its kind's array; untyped, supply, frame: first page; cnode: first slot; gate: space
    // endpoint, notification: badge. untyped, supply: pages | used 32-byte units << 32. cnode: number of slots.
    // frame: where it is mapped, see frame_word.h (0: not mapped). gate: code offset | badge << 32.
    uint64_t word;
};
#define CAP_HART 0x20     // lies in a hidden slot of a hart, which may run by it
#define CAP_REVOKING 0x40 // revoke works on this one: nothing may be derived from it or from what descends from it
#define CAP_DEVICE 0x80   // frame of device memory: object is the absolute physical page

// Place of a capability in the derivation order: a bracket, two tokens in one circular list. What lies between the
// tokens of a capability was derived from it. Token = slot * 2 + side.
struct link {
    uint32_t prev, next; // tokens
};
enum { OPEN = 0, CLOSE = 1 };

struct slot {
    struct cap cap ALIGNED(32); // hidden slots inside other objects have an index in slots[] too
    struct link end[2];
};

struct queue {
    uint32_t head, tail; // thread indices
};

// Made by retype, owned by whoever holds capabilities; runs in a space; revoke of its memory or deletion of its last
// capability stops it and wakes its peers.
struct thread {
    struct context context ALIGNED(1024); // architecture: registers, kept first
    struct slot fault_endpoint; // hidden slot: endpoint capability for faults, may be empty
    uint32_t next, prev;        // in the ready queue or in the queue of the endpoint or notification it waits on
    uint32_t reply;        // receiving: reply object it offers; REPLY_WAIT or FAULTED: the one that holds it
    uint32_t serving;      // newest of the reply objects that hold callers of this server
    uint32_t sched;        // scheduling context it runs on now: its own or a donated one; NIL: cannot run
    uint16_t slow;         // CONTEXT_*: why the fast paths must not be taken (they read this word and `sched` at once)
    uint8_t fault_kind;    // enum nj_fault while FAULTED or while sending a fault, else 0
    uint32_t home_sched;   // the one that was bound to it; NIL: a passive server
    uint32_t waits_on;     // while it waits: endpoint, notification or space, by state
    uint32_t space, space_next, space_prev;
    uint32_t notification; // bound notification
    uint32_t message_page; // page index of its message page, NIL if none
    uint32_t references;   // capabilities to it
    uint64_t badge;        // of the capability it sends through, while it sends
    uint32_t faults; // taken since it was made
    uint8_t state;   // enum nj_thread_state
    uint8_t blocked; // the state a fast path, which does not save arguments, blocked it in; else 0
    uint8_t priority, priority_max;
    uint8_t is_queued;   // in the ready queue; the architecture says with other values than true what it need not restore
    uint8_t is_calling;  // SENDING: wants a reply
    uint8_t may_grant;   // SENDING: the capability it sends through lets capabilities travel
    uint8_t may_grant_reply;
    uint8_t tells_budget; // running out of budget is a fault, not a wait
    uint8_t is_configured;
    uint64_t fault_detail, fault_extra; // while it sends a fault
    uint8_t uses_fp; // has floating-point state, in the registers or saved
    uint32_t vector_page; // for its vector registers while it does not own the unit; NIL: it never used them
};

struct endpoint {
    struct queue queue ALIGNED(32);
    uint32_t references;
    uint8_t has_receivers; // what the queue holds, when it is not empty: receivers or senders
};

struct notification {
    uint64_t word ALIGNED(32);
    struct queue queue; // waiting threads
    uint32_t thread;    // bound thread
    uint32_t references;
};

struct reply {
    uint32_t lent ALIGNED(32); // scheduling context the receiver got from the caller, which goes back with the answer; or NIL
    uint32_t caller;   // thread that waits for the answer
    uint32_t receiver; // thread that offers it in a recv, or that received the call
    uint32_t references;
    uint8_t may_grant; // the answer may carry a capability
    uint32_t next, prev; // while it holds a caller: among the reply objects of the same server, newest first
};

#define REFILLS_MAX 11 // as many as 256 bytes hold
struct refill {
    uint64_t time, amount; // ns
};
// Right to run: `budget_ns` in every `period_ns`, sporadic server (refill.h).
struct sched {
    uint64_t budget_ns ALIGNED(256); // 0: never configured
    uint64_t period_ns;
    uint64_t used_ns;    // in its life
    uint32_t thread;     // that runs on it now
    uint32_t home;       // that it was bound to
    uint64_t left_ns;    // of the chunk it uses now, or next
    uint64_t start_ns;   // of the chunk: when its use began, or when it can begin
    uint64_t chunk_ns;   // the whole chunk
    uint32_t references;
    uint32_t parent, left, right; // in the heap of those that wait (wakeup.h)
    uint8_t refill_head, refill_count, is_waiting, rank;
    struct refill refill[REFILLS_MAX]; // what comes later, a ring, earliest first
};

// Where an image lies in a space (abi/capsule.h).
struct layout {
    uint64_t code_base, stack_low, stack_high, data_base; // state area ends at data_base
    uint32_t window_log2;
    uint32_t state_bytes;
    uint64_t code_mask; // window - 4
};

// Who is inside a capsule through one of its gates (gate.c), and what the kernel keeps for that thread's caller.
struct gate {
    // 0: nobody, anybody may enter. Else the address of the context of the thread inside; GATE_SLOW sends every crossing
    // to the complete path, and alone it says that nobody enters.
    uint64_t lock;
    uint64_t caller;      // context.table of the thread before it entered: the space it returns to
    uint64_t sp, pc;      // where it goes on there
    uint64_t kept[3];     // of a process: ra, gp, tp
    struct queue queue;   // threads that wait for their turn
    uint64_t fault_pc, fault_detail; // why it is broken
    uint8_t waiters;
    uint8_t fault_kind;
    uint8_t broken;  // status with which a caller was cut off; 0: it was not
    uint8_t is_lost; // the space that called is gone: the caller's caller gets PEER_LOST
};
#define GATE_SLOW 1u

struct space {
    struct slot cnode ALIGNED(512);                     // hidden: its capability table
    struct slot code;                      // hidden: attached code object, or empty
    struct slot supply[NJ_SPACE_SUPPLIES]; // hidden: memory it may use
    uint64_t memory_start, memory_bytes;   // backed on first touch
    uint64_t root;                         // architecture: value that selects its page table
    struct layout layout;                  // valid when code is attached
    struct gate gate;                      // of a capsule
    uint32_t root_page;
    uint32_t threads;    // list of its threads
    uint32_t references;
    uint32_t thread_count;
    uint32_t code_next, code_prev; // spaces that run the same code object
    uint32_t attach_progress;      // pages of the code object mapped so far
    uint16_t region;               // capsule: which region of the kernel's address space; process: address-space ID
    uint8_t type;                  // enum nj_space_type
    uint8_t is_dead;               // something it stands on was taken away
    uint8_t serial;                // tells it from earlier spaces at the same index, see frame_word.h
    uint8_t has_frames;            // a frame was mapped in it
    uint8_t hart;                  // that is bound to it, NIL: none
    uint32_t vector_pages;         // of threads that have ended; the first word of each is the next
};

struct code {
    struct slot supply ALIGNED(128); // hidden: its pages
    uint32_t references;
    uint32_t first_page, pages;
    uint32_t bytes;   // of code, once checking began
    uint32_t checked; // instructions checked so far
    uint32_t spaces;  // list of spaces it is attached to
    uint32_t rule;    // enum nj_check_rule that refused it
    uint8_t state;    // enum nj_code_state
};

// Not in retyped memory: a small static table.
#define INTERRUPTS_MAX 32
#define TIMER_ENTRY 1 // of the timer alone
struct interrupt {
    struct slot notification ALIGNED(64); // hidden
    uint32_t source;
    uint32_t references;
    uint8_t is_used, is_pending;
};

// What the kernel and a further hart share: each word is written by one of them only. A job runs while `order` and `done`
// differ.
struct hart_mail {
    uint64_t pc, sp, argument, root; // kernel: the job
    uint64_t home;                   // kernel: root of the table it is parked on
    uint32_t order;                  // kernel: number of the newest job
    uint32_t abort;                  // kernel: number of the job that shall end
    uint32_t boot_hart, features;    // kernel: whom to tell; enum nj_hart_feature
    uint32_t done;                   // hart: number of the last job that ended
    uint32_t is_up;                  // hart: it looks at orders
    uint64_t vector_bytes;           // hart: of a register
    uint64_t cause, end_pc, value;   // hart: how the job ended, as the architecture has it
    uint64_t saved[2];               // hart: room for registers
};

// Like interrupts not in retyped memory. Entry 0 is never used (NIL). The table and all code that only harts need lie in
// pages that are given back on a machine without further harts.
#define HARTS_MAX 4
struct hart {
    struct slot space ALIGNED(64), notification; // hidden: what it is bound to
    struct hart_mail mail;
    uint32_t references;
    uint32_t number;   // the machine's
    struct cap awaited; // of a frame: as long as it is mapped in the space where its word says, no job starts
    uint8_t state;     // enum nj_hart_state
    uint8_t is_called; // the firmware was asked to start it
};

_Static_assert(sizeof(struct cap) == 16, "one 16-byte capability");
_Static_assert(sizeof(struct slot) == 32, "a power of two");
_Static_assert(sizeof(struct thread) == 1024, "a power of two");
_Static_assert(sizeof(struct endpoint) == 32, "a power of two");
_Static_assert(sizeof(struct notification) == 32, "a power of two");
_Static_assert(sizeof(struct reply) == 32, "a power of two");
_Static_assert(sizeof(struct sched) == 256, "a power of two");
_Static_assert(sizeof(struct space) == 512, "a power of two");
_Static_assert(sizeof(struct code) == 128, "a power of two");
_Static_assert(sizeof(struct interrupt) == 64, "a power of two");
_Static_assert(sizeof(struct hart) % sizeof(struct slot) == 0, "hidden slots have an index");

// The most that the arrays can hold: what the direct map reaches. How much of it is RAM is page_count (page.h).
#define RAM_BYTES_MAX (1u << 30)
#define SLOTS_MAX (RAM_BYTES_MAX / 32u)
#define THREADS_MAX (RAM_BYTES_MAX / 1024u)
#define ENDPOINTS_MAX (RAM_BYTES_MAX / 32u)
#define NOTIFICATIONS_MAX (RAM_BYTES_MAX / 32u)
#define REPLIES_MAX (RAM_BYTES_MAX / 32u)
#define SCHEDS_MAX (RAM_BYTES_MAX / 256u)
#define SPACES_MAX (RAM_BYTES_MAX / 512u)
#define CODES_MAX (RAM_BYTES_MAX / 128u)
#define PAGES_MAX (RAM_BYTES_MAX / PAGE_BYTES)

// The arrays. All of them start where the direct map does.
typedef uint64_t page_doublewords[PAGE_BYTES / 8];
typedef uint32_t page_words[PAGE_BYTES / 4];
OBJECT_ARRAY(struct slot, slots, SLOTS_MAX);
OBJECT_ARRAY(struct thread, threads, THREADS_MAX);
OBJECT_ARRAY(struct endpoint, endpoints, ENDPOINTS_MAX);
OBJECT_ARRAY(struct notification, notifications, NOTIFICATIONS_MAX);
OBJECT_ARRAY(struct reply, replies, REPLIES_MAX);
OBJECT_ARRAY(struct sched, scheds, SCHEDS_MAX);
OBJECT_ARRAY(struct space, spaces, SPACES_MAX);
OBJECT_ARRAY(struct code, codes, CODES_MAX);
OBJECT_ARRAY(page_doublewords, pages, PAGES_MAX); // plain content of any page: frames, tables, memory to clear
OBJECT_ARRAY(page_words, code_words, PAGES_MAX);  // the same, as instructions
extern uint64_t page_kinds[LENGTH(PAGES_MAX / 16)]; // enum page_kind of every page of RAM, 16 to a word (page.h)
extern struct interrupt interrupts[INTERRUPTS_MAX];
extern struct hart harts[HARTS_MAX];
