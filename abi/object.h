// SPDX-License-Identifier: Apache-2.0
// Kernel objects: kinds, rights, operations. `invoke` names an operation in t1 and takes its arguments in a0-a7.
//
// Each operation is listed as  NAME(arguments in a0, a1, ...) -> results in a0, a1, ...
// "slot" is an index in the caller's capability table. A slot pair (cnode slot, index) names a slot of the table behind
// a cnode capability. Every operation may answer EMPTY_SLOT, SLOT_RANGE, WRONG_KIND, NO_RIGHT, BAD_ARGUMENT; the
// others are named. Operations marked [steps] do a bounded amount and answer AGAIN until they are finished. What derives
// a capability may answer REVOKING, TOO_DEEP or AGAIN while a revoke is under way anywhere.
#pragma once

enum nj_kind {
    NJ_KIND_EMPTY = 0,
    NJ_KIND_UNTYPED = 1,
    NJ_KIND_CNODE = 2,
    NJ_KIND_ENDPOINT = 3,
    NJ_KIND_NOTIFICATION = 4,
    NJ_KIND_REPLY = 5,
    NJ_KIND_THREAD = 6,
    NJ_KIND_SCHED = 7, // scheduling context
    NJ_KIND_SPACE = 8,
    NJ_KIND_CODE = 9,
    NJ_KIND_FRAME = 10,
    NJ_KIND_INTERRUPT = 11,
    NJ_KIND_HART = 12, // a further hart; made at boot only
    NJ_KIND_SCHED_CONTROL = 13,     // authority to give scheduling contexts their budget
    NJ_KIND_INTERRUPT_CONTROL = 14, // authority to make interrupt objects
    NJ_KIND_SYSTEM = 15,            // authority over power and device memory
    NJ_KIND_GATE = 16,              // entry of a capsule, for callers; fixed badge
    NJ_KIND_COUNT = 17,
};

// Rights of a capability. Copying keeps or removes them, never adds.
enum nj_right {
    NJ_RIGHT_SEND = 1, // endpoint: send, call; notification: signal; gate: call; hart: jobs; frame: write; space: change
    NJ_RIGHT_RECV = 2, // endpoint: receive;    notification: wait;   frame, space: read
    NJ_RIGHT_GRANT = 4,       // endpoint: capabilities may travel with messages sent through it
    NJ_RIGHT_GRANT_REPLY = 8, // endpoint: the reply to a call through it may carry a capability back
    NJ_RIGHT_EXECUTE = 16,    // frame: may be mapped executable, in processes only
    NJ_RIGHT_ALL = 31,
    NJ_RIGHT_WRITE = NJ_RIGHT_SEND,
    NJ_RIGHT_READ = NJ_RIGHT_RECV,
};

// Operation 0 of every kind does nothing and answers OK: "is this capability there?"
#define NJ_OP_NULL 0

enum nj_untyped_op {
    // RETYPE(kind, count, size, cnode slot, first index) -> objects made. [steps]
    //   Makes `count` objects in consecutive empty slots. size: pages of each frame (1-512) or untyped, slots of each
    //   cnode (2-65536, slot 0 included); 0 for the other kinds. NO_MEMORY, SLOT_USED, REVOKING. Nothing is made on error.
    //   At most NJ_RETYPE_MAX objects a call, of NJ_RETYPE_PAGES_MAX pages together (untyped: any number of pages).
    //   Objects of one kind made one after the other share pages. Frames of 512 pages start at a multiple of 2 MiB of
    //   memory if the untyped memory then still has room for all of them, else right behind what was made before.
    NJ_UNTYPED_RETYPE = 1,
    NJ_UNTYPED_INFO = 2, // INFO() -> size in bytes, bytes not yet given out
};
#define NJ_RETYPE_MAX 256
#define NJ_RETYPE_PAGES_MAX 512

enum nj_cnode_op { // on the destination cnode
    NJ_CNODE_COPY = 1,   // COPY(index, source cnode slot, source index, rights mask) [steps]. SLOT_USED, REVOKING.
                         //   Untyped memory is moved or split, never copied: WRONG_KIND
    NJ_CNODE_MINT = 2,   // MINT(index, source cnode slot, source index, rights mask, badge): copy with a badge (not 0);
                         //   endpoints and notifications whose badge is still 0. IN_USE when it has one
    NJ_CNODE_MOVE = 3,   // MOVE(index, source cnode slot, source index)
    NJ_CNODE_DELETE = 4, // DELETE(index) [steps]: the last capability of an object stops it; its memory comes back
                         //   when the untyped memory it was made from is revoked
    NJ_CNODE_REVOKE = 5, // REVOKE(index) [steps]: delete every descendant; untyped memory is then cleared and whole again
    NJ_CNODE_INSPECT = 6, // INSPECT(index) -> kind, rights, badge or size in bytes (0 for others); kind 0: empty
    NJ_CNODE_INFO = 7,    // INFO(first index) -> slots, used ones counted from there on, index where counting stopped:
                          //   call again from it until it equals the number of slots
};

enum nj_thread_op {
    // CONFIGURE(space slot, priority 0-255, maximum controlled priority, fault endpoint slot or 0, message page address
    //   or 0): once, before the first start. The space needs WRITE. Neither priority above the caller's own maximum;
    //   behind a gate that is 0. The message page is taken from the space's supply and mapped read-write at the address
    //   (page aligned; capsules: an offset in linear memory). NEEDS_SUPPLY, ALREADY_MAPPED, WRONG_STATE
    NJ_THREAD_CONFIGURE = 1,
    NJ_THREAD_SET_PRIORITY = 2, // SET_PRIORITY(priority, maximum, authority thread slot): not above the authority's maximum
    NJ_THREAD_BIND_SCHED = 3,   // BIND_SCHED(scheduling context slot). IN_USE
    NJ_THREAD_UNBIND_SCHED = 4,
    NJ_THREAD_START = 5,   // START(pc, sp, first argument): sets the registers, then resumes. In a capsule or image process
                           //   pc is a code offset, sp is ignored, argument comes in a0. BAD_ARGUMENT, WRONG_STATE
    NJ_THREAD_RESUME = 6,  // runnable again where it stopped
    NJ_THREAD_SUSPEND = 7, // stops; a system call it is blocked in is left and repeated after resume, but for a call that
                           //   waits for its answer: that one ends with PEER_LOST; and of reply_recv only the recv
    NJ_THREAD_READ_REGISTERS = 8,  // READ_REGISTERS(first 0-32) -> 8 registers; number 0 is the pc, n is x[n]. Suspended only
    NJ_THREAD_WRITE_REGISTERS = 9, // WRITE_REGISTERS(first 0-31, count 1-6, values...). Suspended only; capsules: only at a
                                   //   clean stop and never a reserved register. WRONG_STATE, BAD_ARGUMENT
    NJ_THREAD_BIND_NOTIFICATION = 10, // BIND_NOTIFICATION(slot): signals also end a recv of this thread. Needs RECV. IN_USE
    NJ_THREAD_UNBIND_NOTIFICATION = 11,
    NJ_THREAD_TELL_BUDGET = 13, // TELL_BUDGET(1 or 0): when its budget runs out, fault (NJ_FAULT_BUDGET) instead of waiting
                                //   in silence; it goes on after the answer and the next refill. Not for round robin, nor
                                //   behind a gate: there the call ends with OVERRUN
    NJ_THREAD_INFO = 12, // INFO() -> enum nj_thread_state, priority, CPU time in ns, enum nj_space_type, faults taken
};

enum nj_thread_state {
    NJ_THREAD_INACTIVE = 0, // not started, or suspended
    NJ_THREAD_READY = 1,    // running or waiting for the processor
    NJ_THREAD_SENDING = 2,
    NJ_THREAD_RECEIVING = 3,
    NJ_THREAD_REPLY_WAIT = 4, // called, and waits for the answer
    NJ_THREAD_WAITING = 5,    // for a notification
    NJ_THREAD_FAULTED = 6,    // its fault message waits to be received or answered
    NJ_THREAD_OUT_OF_BUDGET = 7,
    NJ_THREAD_GATE_WAIT = 8, // waits for its turn in a capsule
};

enum nj_sched_control_op {
    // CONFIGURE(scheduling context slot, budget ns, period ns): budget 10 us to period; period at most 1 hour.
    //   budget == period is plain round robin with turns of that length.
    NJ_SCHED_CONTROL_CONFIGURE = 1,
};
enum nj_sched_op {
    NJ_SCHED_INFO = 1, // INFO() -> budget ns, period ns, CPU time used in ns
};

enum nj_space_type {
    NJ_SPACE_NONE = 0,
    NJ_SPACE_PROCESS = 1, // user mode, own page table
    NJ_SPACE_CAPSULE = 2, // checked code in the kernel's address space
};

enum nj_space_op { // all but INFO and GATE_STATE need WRITE
    NJ_SPACE_CONFIGURE = 1, // CONFIGURE(enum nj_space_type, cnode slot): once, after the first SUPPLY. NEEDS_SUPPLY
    NJ_SPACE_SUPPLY = 2,    // SUPPLY(untyped slot): moves unused untyped memory into the space, for tables, stacks, message
                            //   pages, first-touch memory, vector registers. IN_USE: not unused, or NJ_SPACE_SUPPLIES are in
    // MEMORY(start, bytes): the memory that is backed on first touch, zeroed, read-write: any page range of a process;
    //   in a space with an image `start` must be 0 and it is the linear memory. May grow; shrinking is BAD_ARGUMENT.
    NJ_SPACE_MEMORY = 3,
    // ATTACH(code slot, stack bytes, state bytes) [steps], before any thread of a capsule can start: lays out a sealed code
    //   object with entry page, stack, state area and linear memory (capsule.h) -> code base, data base, stack top.
    //   NEEDS_SUPPLY; WRONG_STATE: not sealed, or the space has memory already or ever had a frame mapped. The space ends
    //   when that code capability is revoked.
    NJ_SPACE_ATTACH = 4,
    // COPY(address, source space slot, source address, bytes): copies up to the next page boundary on either side,
    //   touching first-touch memory -> bytes copied (1-4096). The source needs READ. BAD_ADDRESS, NEEDS_SUPPLY
    NJ_SPACE_COPY = 5,
    NJ_SPACE_INFO = 6, // INFO() -> enum nj_space_type, pages supplied, pages used, first-touch bytes allowed, threads
    // GATE(code offset, badge below 2^32, cnode slot, index): a capability to enter the capsule's code there. It descends
    //   from this space capability (revoke takes it back) and does not keep the space. WRONG_STATE: not a capsule with
    //   attached code; SLOT_USED, REVOKING
    NJ_SPACE_GATE = 7,
    // GATE_STATE() -> enum nj_gate_state, the status with which the last caller was cut off, enum nj_fault, pc, detail
    //   (as in a fault message, offsets where they can be)
    NJ_SPACE_GATE_STATE = 8,
    // GATE_RESET(): a broken instance takes callers again. WRONG_STATE: it is not broken, or somebody is
    //   still inside
    NJ_SPACE_GATE_RESET = 9,
};
enum nj_gate_state { NJ_GATE_IDLE = 0, NJ_GATE_ACTIVE = 1, NJ_GATE_BROKEN = 2, NJ_GATE_ENDED = 3 };
#define NJ_GATE_WAITERS_MAX 32 // threads that can wait for one instance
#define NJ_SPACE_SUPPLIES 4

enum nj_code_op {
    NJ_CODE_SUPPLY = 1, // SUPPLY(untyped slot): moves unused untyped memory in; its size is the code object's. IN_USE
    NJ_CODE_FILL = 2,   // FILL(offset, source space slot, source address, bytes) -> bytes copied, as space COPY
    NJ_CODE_CHECK = 3,  // CHECK(bytes of code, at most 64 MiB) [steps]: OK seals it for ever; REFUSED -> offset,
                        //   enum nj_check_rule
    NJ_CODE_INFO = 4,   // INFO() -> enum nj_code_state, bytes of code
};
enum nj_code_state { NJ_CODE_EMPTY = 0, NJ_CODE_FILLING = 1, NJ_CODE_CHECKING = 2, NJ_CODE_SEALED = 3, NJ_CODE_REFUSED = 4 };

enum nj_frame_op {
    // MAP(space slot, address, rights): the run of pages, at a page-aligned user address of a process, or an offset in
    //   a capsule's linear memory (device frames, shared memory). A capability is mapped at most once; copy it for more.
    //   512 pages are mapped in one step where memory and resolved address are aligned to 2 MiB and no single page was
    //   mapped before. The space needs WRITE. NEEDS_SUPPLY [steps], ALREADY_MAPPED
    NJ_FRAME_MAP = 1,
    NJ_FRAME_UNMAP = 2, // UNMAP() [steps]
    NJ_FRAME_SLICE = 3, // SLICE(first page, pages, cnode slot, index): a capability for a part, derived from this one
    NJ_FRAME_INFO = 4,  // INFO() -> bytes, mapped address or 0
};

enum nj_interrupt_control_op {
    NJ_INTERRUPT_CONTROL_GET = 1, // GET(source, cnode slot, index): makes the interrupt object. IN_USE, NOT_AVAILABLE
};
#define NJ_INTERRUPT_TIMER 0 // source 0 is the timer; the others are numbers of the interrupt controller
enum nj_interrupt_op {
    NJ_INTERRUPT_BIND = 1, // BIND(notification slot) [steps]: its badge is signalled when the interrupt comes, then it is
                           //   masked. Replaces the last
    NJ_INTERRUPT_ACK = 2,  // ACK(): handled, may come again
    NJ_INTERRUPT_ARM = 3,  // ARM(deadline ns since boot): timer only; one shot, replaces the last; a past deadline
                           //   comes at once
};

// A hart beside the one the kernel runs on. It runs one job at a time, in user mode in the space it is bound to, with all
// registers 0 but sp and a0 and the floating-point and vector units on, and has no kernel to call: any ecall finishes the
// job with a0 as its result, any exception ends it as a fault, first touch included. All but INFO need the SEND right.
enum nj_hart_op {
    // BIND(space slot, notification slot) [steps]: the process to run in, and whose badge says that a job ended (needs
    //   WRITE and SEND there). Replaces the last. IN_USE: the space has another hart; WRONG_STATE: a job runs, or the space
    //   is no process; NOT_AVAILABLE: the firmware does not start the hart; REVOKING
    NJ_HART_BIND = 1,
    NJ_HART_UNBIND = 2, // UNBIND() [steps]: ABORT, then bound to nothing
    // START(pc, sp, argument). WRONG_STATE: a job runs, nothing is bound, or it was taken away; REVOKING: the space, the
    // notification or a mapping in the space is being taken away; AGAIN
    NJ_HART_START = 3,
    NJ_HART_ABORT = 4,  // ABORT() [steps]: no job runs any more. OK also if none did
    // INFO() -> enum nj_hart_state; result, or enum nj_fault; pc; detail of the fault as in fault.h; number of the hart;
    //   enum nj_hart_feature; bytes of a vector register (known once it was bound)
    NJ_HART_INFO = 5,
};
enum nj_hart_state {
    NJ_HART_STOPPED = 0, // nothing ran yet
    NJ_HART_RUNNING = 1,
    NJ_HART_FINISHED = 2,
    NJ_HART_FAULTED = 3,
    NJ_HART_ABORTED = 4, // by ABORT, or because a mapping, memory, the space or the notification was taken away
};
enum nj_hart_feature { NJ_HART_FP = 1, NJ_HART_VECTOR = 2 };

enum nj_system_op {
    NJ_SYSTEM_POWEROFF = 1, // POWEROFF(code): 0 is a clean end, others tell the outside that something went wrong
    NJ_SYSTEM_REBOOT = 2,
    NJ_SYSTEM_DEVICE_FRAME = 3, // DEVICE_FRAME(physical address, pages, cnode slot, index): neither RAM nor the kernel's own
    NJ_SYSTEM_INFO = 4,         // INFO() -> RAM bytes, RAM bytes user space can never get, kernel text bytes, boot text bytes,
                                //   ns from kernel entry to first user instruction, firmware bytes
    NJ_SYSTEM_WRITE = 5, // WRITE(bytes 0-56, characters in a1-a7): to the firmware's console, for a root server in trouble
};
