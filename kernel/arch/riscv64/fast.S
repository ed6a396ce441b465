// SPDX-License-Identifier: Apache-2.0
// Fast paths of messages: call to a server that waits, answer and wait for the next call. They leave the kernel's state
// as the complete path (endpoint.c, reply.c, donate.c) would, but for what nobody reads in it (where a thread has
// waited), and hand over to it untouched whatever they do not handle: every check comes before the first store to an
// object. Other system calls are in call.S.
//
// A thread that ran through here has only its callee-saved registers, ra, sp, gp, tp and pc saved. Messages stay in the
// registers they came in: t0 capability then badge, t1 tag, t3 reply slot, a0-a7 words.
#include "abi/syscall.h"
#include "kernel/arch/riscv64/csr.h"
#include "kernel/arch/riscv64/layout.h"
#include "kernel/arch/riscv64/offsets.h"
#include "kernel/arch/riscv64/save.h"

    .section .text.trap, "ax"

// Capability of slot `number` into \cap and its address into \at. s1: number of slots, s2: first slot, s7: DIRECT_MAP.
    .macro LOOKUP cap, at, number
    add \at, s2, \number
    slli \at, \at, SLOT_SHIFT
    add \at, \at, s7
    ld \cap, 0(\at)
    .endm

// Words of a long message, when all else is done.
    .macro LONG
    li s1, NJ_MESSAGE_REGISTERS
    bgeu s1, t1, 9f
    jal message_copy
9:
    .endm

// A call: what is left to check about the receiver (s9 = thread s8), and then all stores but those about time.
    .macro CALL_CHECK equal
    ld t2, THREAD_REPLY(s9) // and, in the upper half, older callers that it has not answered yet
    lui s0, %hi(sched_current)
    lwu t5, %lo(sched_top_priority)(s0)
    srli s5, t2, 32
    lbu t6, THREAD_PRIORITY(s9)
    beqz t2, miss_call
    bnez s5, miss_call
    bltu t6, t5, \equal
    .endm

    .macro CALL_COMMIT donated
    ld s4, CAP_WORD(s4) // badge
    sd zero, ENDPOINT_HEAD(s6) // and tail
    slli s5, t2, REPLY_SHIFT
    add s5, s5, s7
    lwu s1, CONTEXT_SELF(tp)
    srli s3, s3, CAP_RIGHTS_SHIFT
    andi s3, s3, CAP_GRANT_BOTH
    sw s1, REPLY_CALLER(s5) // its receiver it is already
    sb s3, REPLY_MAY_GRANT(s5)
    .if \donated
    lwu s1, THREAD_SCHED(tp)
    sw zero, THREAD_SCHED(tp)
    sw s1, REPLY_LENT(s5)
    sw s1, THREAD_SCHED(s9)
    slli s1, s1, SCHED_SHIFT
    add s1, s1, s7
    sw s8, SCHED_THREAD(s1)
    .endif
    slli s3, t2, 32
    sd s3, THREAD_REPLY(s9) // offers none, serves this one
    sb s10, THREAD_STATE(s9)
    li s3, STATE_REPLY_WAIT << 8 | STATE_REPLY_WAIT
    sh s3, THREAD_STATE(tp) // and blocked
    sw t2, THREAD_REPLY(tp)
    sd t3, CONTEXT_REG(28)(tp) // slot for a capability that may come with the answer
    mv t0, s4
    LONG
    .endm

// An answer: the server (tp) serves this caller and nobody else; then all stores but those about time. s10 = true.
    .macro REPLY_CHECK equal
    lwu t4, THREAD_SERVING(tp)
    lwu t5, REPLY_NEXT(s5)
    bnez t5, miss_reply_recv
    lui s0, %hi(sched_current)
    lwu t5, %lo(sched_top_priority)(s0)
    lbu t6, THREAD_PRIORITY(s9)
    bne t4, s3, miss_reply_recv
    bltu t6, t5, \equal
    .endm

    .macro REPLY_COMMIT donated=0 // s2 = its own context then, which goes back
    ld s1, CONTEXT_SELF(tp)
    sd zero, REPLY_LENT(s5) // and caller
    .if \donated
    sw zero, THREAD_SCHED(tp)
    sw s2, THREAD_SCHED(s9)
    slli s2, s2, SCHED_SHIFT
    add s2, s2, s7
    sw s8, SCHED_THREAD(s2)
    .endif
    sd s1, ENDPOINT_HEAD(s6) // and tail
    sb s10, ENDPOINT_HAS_RECEIVERS(s6) // true
    sb s10, THREAD_STATE(s9) // true is READY
    sw zero, THREAD_REPLY(s9)
    sd s3, THREAD_REPLY(tp) // offers it again, serves none
    sw s4, THREAD_WAITS_ON(tp)
    li s1, STATE_RECEIVING << 8 | STATE_RECEIVING
    sh s1, THREAD_STATE(tp)    // and blocked
    sd t0, CONTEXT_REG(5)(tp)  // to repeat the receive
    sd t3, CONTEXT_REG(28)(tp) // and slot for a capability that may come
    li t0, 0
    LONG
    .endm

// ---- The trap vector: system calls of processes here, everything else in trap.S ---------------------------------------
// sscratch is the current thread always, also inside the kernel: it is swapped for a few instructions only.
    .balign 4
    .globl trap_vector
trap_vector:
    csrrw tp, sscratch, tp
    sd s0, CONTEXT_REG(8)(tp)
    csrr s0, scause
    xori s0, s0, CAUSE_CALL
    bnez s0, trap_slow
    bnez t2, process_reply_recv
    PROCESS_SAVE
core_call: // tp = caller; free: ra, sp, gp, s*, t2, t4-t6
    ld s0, CONTEXT_TABLE(tp)
    lui s7, %hi(DIRECT_MAP)
    ld s1, CAP_WORD(s0)
    lwu s2, CAP_OBJECT(s0)
    bgeu t0, s1, miss_call
    LOOKUP s3, s4, t0
    andi s5, s3, CAP_KIND_MASK | CAP_SEND
    addi s5, s5, -(CAP_ENDPOINT | CAP_SEND)
    bnez s5, miss_call
    li s5, NJ_MESSAGE_REGISTERS
    bltu s5, t1, call_long // a longer message, a capability, or a tag that is none
call_goes_on:
    srli s6, s3, 32 - ENDPOINT_SHIFT // `extra` of an endpoint is 0
    add s6, s6, s7 // endpoint
    lwu s8, ENDPOINT_HEAD(s6) // receiver, or somebody who sends and so offers no reply object
    li s10, STATE_READY
    beqz s8, miss_call
    slli s9, s8, THREAD_SHIFT
    add s9, s9, s7
    lwu t4, THREAD_SLOW(tp)
    ld t5, THREAD_SCHED(s9) // passive; and `slow`
    ld s5, THREAD_NEXT(s9)  // the only one that waits
    or t4, t4, t5
    or t4, t4, s5
    bnez t4, call_reasons
call_checked:
    CALL_CHECK call_equal
call_commit: // all is checked
    CALL_COMMIT 1
switch: // to s9 = thread s8; tp = the thread that ran; s0 = upper part of the scheduler's variables
    ld s1, CONTEXT_ROOT(s9)
    ld s2, CONTEXT_ROOT(tp)
    beq s1, s2, 1f
    csrw satp, s1
1:  sw s8, %lo(sched_current)(s0)
    mv sp, s9 // loads from there are the shortest instructions
    lw s0, CONTEXT_IS_CAPSULE(sp)
    csrw sscratch, sp
    sc.d zero, zero, (sp) // no trap has dropped a reservation when capsules switch
    ld s1, CONTEXT_REG(9)(sp)
    ld s2, CONTEXT_REG(18)(sp)
    ld s3, CONTEXT_REG(19)(sp)
    ld s4, CONTEXT_REG(20)(sp)
    ld s5, CONTEXT_REG(21)(sp)
    ld s6, CONTEXT_REG(22)(sp)
    ld s7, CONTEXT_REG(23)(sp)
    ld s8, CONTEXT_REG(24)(sp)
    ld s9, CONTEXT_REG(25)(sp)
    ld s10, CONTEXT_REG(26)(sp)
    li t3, 0
    li t4, 0
    li t6, 0
    bnez s0, 2f
    ld s11, CONTEXT_REG(27)(sp)
    ld gp, CONTEXT_REG(3)(sp)
    li t2, 0
    li t5, 0
    ld s0, CONTEXT_PC(sp)
    csrw sepc, s0 // sstatus has SPP = 0, SPIE = 1 since the last sret
    ld ra, CONTEXT_REG(1)(sp)
    ld s0, CONTEXT_REG(8)(sp)
    ld tp, CONTEXT_REG(4)(sp)
    ld sp, CONTEXT_REG(2)(sp)
    sret
2:  ld t2, CONTEXT_TABLE(sp) // the space it is in, not always the one it was in when all of it was saved last
    ld ra, CONTEXT_PC(sp)    // masked when it was saved
    ld s0, CONTEXT_REG(8)(sp)
    ld sp, CONTEXT_REG(2)(sp)
    ld s11, SPACE_CODE_MASK(t2)
    ld gp, SPACE_DATA_BASE(t2)
    ld tp, SPACE_CODE_BASE(t2)
    mv t2, gp
    mv t5, gp
    csrsi sstatus, SSTATUS_SIE
    ret

// ---- Other calls of a process. s0 is free, tp = thread, sscratch = the process's tp -----------------------------------
process_reply_recv:
    addi s0, t2, -NJ_SYS_REPLY_RECV
    bnez s0, process_invoke
    PROCESS_SAVE
core_reply_recv: // t3 = reply, t0 = endpoint
    ld s0, CONTEXT_TABLE(tp)
reply_recv_goes_on:
    zext.w s11, t3
    ld s1, CAP_WORD(s0)
    lwu s2, CAP_OBJECT(s0)
    lui s7, %hi(DIRECT_MAP)
    bgeu s11, s1, miss_reply_recv
    bgeu t0, s1, miss_reply_recv
    LOOKUP s3, s5, s11
    LOOKUP s4, s6, t0
    andi s5, s3, CAP_KIND_MASK
    andi s6, s4, CAP_KIND_MASK | CAP_RECV
    addi s5, s5, -CAP_REPLY
    addi s6, s6, -(CAP_ENDPOINT | CAP_RECV)
    or s5, s5, s6
    bnez s5, miss_reply_recv
    li s5, NJ_MESSAGE_REGISTERS
    bltu s5, t1, reply_long
reply_goes_on:
    srli s3, s3, 32 // reply
    slli s5, s3, REPLY_SHIFT
    add s5, s5, s7
    lwu s8, REPLY_CALLER(s5) // caller
    srli s4, s4, 32 // endpoint
    slli s6, s4, ENDPOINT_SHIFT
    add s6, s6, s7
    beqz s8, miss_reply_recv
    slli s9, s8, THREAD_SHIFT
    add s9, s9, s7
    lwu s0, ENDPOINT_HEAD(s6) // nobody else waits there
    lwu t4, THREAD_SLOW(tp)
    ld t5, THREAD_SCHED(s9)       // the caller lent what it had; `slow`; it called, it did not fault
    lwu t6, THREAD_HOME_SCHED(tp) // passive
    or t4, t4, s0
    or t5, t5, t6
    or t4, t4, t5
    bnez t4, reply_reasons
reply_checked:
    lwu s10, REPLY_LENT(s5)
    lwu s2, THREAD_SCHED(tp)
    bne s10, s2, miss_reply_recv // and lent us what we run on
    REPLY_CHECK reply_equal
reply_commit: // all is checked
    li s10, 1
    REPLY_COMMIT 1
    j switch

// ---- Calls of capsules, from the entry page: interrupts are off; t2, t4, t5, t6 are dead, but must be valid again ------
    .globl entry_call, entry_reply_recv
entry_call:
    CAPSULE_SAVE
    j core_call
entry_reply_recv:
    CAPSULE_SAVE
    ld s0, CONTEXT_TABLE(tp)
    ld t4, CONTEXT_HOME(tp)
    bne s0, t4, miss_reply_recv // inside a gate nothing is received
    j reply_recv_goes_on

// ---- Reasons to be slow that are none after all -----------------------------------------------------------------------
call_reasons: // s5 = other waiting threads
    lwu t4, THREAD_SLOW(tp)
    lwu t5, THREAD_SLOW(s9)
    or t4, t4, t5
    andi t4, t4, ~(CONTEXT_UNITS | CONTEXT_BOUND) // signals do not matter to who sends or was waiting
    or t4, t4, s5
    bnez t4, miss_call
    jal fp_switch
    lwu t6, THREAD_SCHED(s9)
    beqz t6, call_checked
    CALL_CHECK call_equal_active // an active server: it runs on its own time
call_active:
    TURN_SWITCH miss_call
    CALL_COMMIT 0
    j switch

    .macro NO_SIGNAL slow // is there in the notification that tp (\slow = its `slow`) is bound to: it would end the receive
    andi t2, \slow, CONTEXT_BOUND
    beqz t2, 1f
    lwu t2, THREAD_NOTIFICATION(tp)
    slli t2, t2, NOTIFICATION_SHIFT
    add t2, t2, s7
    ld t2, NOTIFICATION_WORD(t2)
    bnez t2, miss_reply_recv
1:
    .endm

reply_reasons: // s0 = other waiting threads, t6 = own scheduling context
    lwu t4, THREAD_SLOW(tp)
    lwu t5, THREAD_SLOW(s9)
    or t2, t4, t5
    andi t2, t2, ~(CONTEXT_UNITS | CONTEXT_BOUND)
    or t2, t2, s0
    bnez t2, reply_fault
    NO_SIGNAL t4
    jal fp_switch
    lwu t4, THREAD_HOME_SCHED(tp)
    lwu t5, THREAD_SCHED(s9)
    or t6, t4, t5
    beqz t6, reply_checked
    beqz t4, miss_reply_recv
    beqz t5, miss_reply_recv
    lwu s10, REPLY_LENT(s5) // both run on their own time
    bnez s10, miss_reply_recv
    li s10, 1
    REPLY_CHECK reply_equal_active
reply_active:
    TURN_SWITCH miss_reply_recv
    REPLY_COMMIT
    j switch

// The answer to a fault: nothing of it but that the faulter goes on, with all its registers. So nothing of what is slow
// about it matters.
reply_fault: // s0 = other waiting threads, t4 = `slow` of the answerer
    lbu t5, THREAD_FAULT_KIND(s9)
    li s10, NJ_MESSAGE_REGISTERS
    bnez s0, miss_reply_recv
    beqz t5, miss_reply_recv
    bltu s10, t1, miss_reply_recv
    beqz t1, 2f
    li s10, FAULT_SUSPEND
    beq a0, s10, miss_reply_recv
2:  NO_SIGNAL t4
    li s10, 1
    REPLY_CHECK fault_equal
fault_checked:
    lwu t4, THREAD_HOME_SCHED(tp)
    lwu t5, THREAD_SCHED(s9)
    lwu t6, REPLY_LENT(s5)
    beqz t4, fault_returns
    beqz t5, miss_reply_recv
    bnez t6, miss_reply_recv
    TURN_SWITCH miss_reply_recv
fault_commit:
    sb zero, THREAD_FAULT_KIND(s9)
    REPLY_COMMIT
    j fault_resume

fault_returns: // the time that it has lent
    bnez t5, miss_reply_recv
    lwu s2, THREAD_SCHED(tp)
    bne t6, s2, miss_reply_recv
    sw zero, THREAD_SCHED(tp)
    sw s2, THREAD_SCHED(s9)
    slli s2, s2, SCHED_SHIFT
    add s2, s2, s7
    sw s8, SCHED_THREAD(s2)
    j fault_commit

// More words than registers: the sender (tp) must have a message page, and be in the space whose memory that is.
call_long:
    ld t2, CONTEXT_HOME(tp)
    bne t2, s0, miss_call
    lwu s6, THREAD_MESSAGE_PAGE(tp)
    li s5, NJ_MESSAGE_WORDS
    beqz s6, miss_call
    bgeu s5, t1, call_goes_on
    j miss_call
reply_long:
    ld t2, CONTEXT_HOME(tp)
    bne t2, s0, miss_reply_recv
    lwu s6, THREAD_MESSAGE_PAGE(tp)
    li s5, NJ_MESSAGE_WORDS
    beqz s6, miss_reply_recv
    bgeu s5, t1, reply_goes_on
    j miss_reply_recv

// Words 8 to t1 - 1 from the page of tp to that of s9; without one there it is a message of 8 words. s7 = DIRECT_MAP.
message_copy:
    lwu s2, THREAD_MESSAGE_PAGE(s9)
    lwu s1, THREAD_MESSAGE_PAGE(tp)
    ld s3, CONTEXT_HOME(s9)
    ld s4, CONTEXT_TABLE(s9)
    bne s3, s4, 5f // inside a gate: the page is not theirs with whom it is
    bnez s2, 1f
5:  li t1, NJ_MESSAGE_REGISTERS
    ret
1:  slli s1, s1, 12
    slli s2, s2, 12
    add s1, s1, s7
    add s2, s2, s7
    addi s3, t1, -NJ_MESSAGE_REGISTERS
    andi s4, s3, 3
    srli s3, s3, 2
    beqz s3, 3f
2:  ld s5, 64(s1)
    ld s6, 72(s1)
    ld t2, 80(s1)
    ld t4, 88(s1)
    sd s5, 64(s2)
    sd s6, 72(s2)
    sd t2, 80(s2)
    sd t4, 88(s2)
    addi s1, s1, 32
    addi s2, s2, 32
    addi s3, s3, -1
    bnez s3, 2b
3:  beqz s4, 4f
    ld s5, 64(s1)
    sd s5, 64(s2)
    addi s1, s1, 8
    addi s2, s2, 8
    addi s4, s4, -1
    j 3b
4:  ret

fp_switch: // floating-point and vector unit on or off, as the next thread (s9) owns them or not
    ld t6, CONTEXT_STATUS(s9)
    andi t6, t6, ~SSTATUS_SPP // stays 0: whoever goes on by a trap return is a process
    csrw sstatus, t6
    ret

// ---- What the fast paths leave to the complete path. tp = thread; arguments are still in their registers -------------
// The top priority is one more than that of the first ready thread: equal is good enough, it does not run before us.
call_equal:
    addi t6, t6, 1
    bgeu t6, t5, call_commit
    j miss_call
call_equal_active:
    addi t6, t6, 1
    bgeu t6, t5, call_active
miss_call:
    li s0, NJ_SYS_CALL
    j miss
reply_equal:
    addi t6, t6, 1
    bgeu t6, t5, reply_commit
    j miss_reply_recv
reply_equal_active:
    addi t6, t6, 1
    bgeu t6, t5, reply_active
    j miss_reply_recv
fault_equal:
    addi t6, t6, 1
    bgeu t6, t5, fault_checked
miss_reply_recv:
    li s0, NJ_SYS_REPLY_RECV
    .globl miss, switch, fp_switch
miss: // s0 = number
    mv sp, tp
    .irp n, 5,6,10,11,12,13,14,15,16,17,28
    sd x\n, CONTEXT_REG(\n)(sp)
    .endr
    mv a0, tp
    mv a1, s0
    lui sp, %hi(kernel_stack_top)
    addi sp, sp, %lo(kernel_stack_top)
    call trap_call
    j thread_resume
