// SPDX-License-Identifier: Apache-2.0
// Fast paths of faults: an access to a page that is not there, by a process or a capsule, to the handler that waits;
// the answer by which the faulter goes on at once. As in fast.S, every check comes before the first store to an object,
// and whatever is unusual goes to the complete path (trap.c, fault.c, reply.c) untouched. The state is left as that
// would leave it, but for what nobody reads in it: where a thread has waited, and what a fault that has been delivered
// said.
#include "abi/syscall.h"
#include "kernel/arch/riscv64/csr.h"
#include "kernel/arch/riscv64/layout.h"
#include "kernel/arch/riscv64/offsets.h"
#include "kernel/arch/riscv64/save.h"

    .section .text.trap, "ax"
// From trap.S, with all registers saved: tp = thread, s0 = cause ^ CAUSE_CALL, a1 = pc.
//
// Below the direct map only pages of user space are executed, by processes in user mode and by capsules in supervisor
// mode with interrupts on: what read or wrote there was no kernel. What is fetched has to be looked at (fault_fetch).
    .globl fault_page, fault_resume
fault_page:
    ld t0, CONTEXT_TABLE(tp) // its space
    csrr a2, stval
    ld t1, SPACE_MEMORY_START(t0)
    ld t2, SPACE_MEMORY_BYTES(t0)
    sub t1, a2, t1
    bltu t1, t2, trap_complete // first touch may make it good
    lui s7, %hi(DIRECT_MAP)
    ld t3, SPACE_DATA_BASE(t0)
    ld s3, THREAD_FAULT_CAP(tp)
    bgeu a1, s7, trap_complete
    addi a0, s0, 2 - (CAUSE_LOAD_PAGE ^ CAUSE_CALL)
    srli a0, a0, 1 // FAULT_READ, FAULT_WRITE, or 0: fetch
    li a3, 0
    bnez t3, fault_image
    beqz a0, fault_fetch
fault_named: // a0-a3 = what the message says
    andi s5, s3, CAP_KIND_MASK | CAP_SEND
    addi s5, s5, -(CAP_ENDPOINT | CAP_SEND)
    bnez s5, trap_complete
    srli s6, s3, 32 - ENDPOINT_SHIFT // `extra` of an endpoint is 0
    add s6, s6, s7
    lwu s8, ENDPOINT_HEAD(s6) // the handler, or somebody who sends and so offers no reply object
    li s10, STATE_READY
    beqz s8, trap_complete
    slli s9, s8, THREAD_SHIFT
    add s9, s9, s7
    lwu t4, THREAD_SLOW(tp)
    lwu t5, THREAD_SLOW(s9)
    ld s5, THREAD_NEXT(s9) // the only one that waits
    or t4, t4, t5
    or t4, t4, s5
    bnez t4, fault_reasons
fault_checked:
    ld t2, THREAD_REPLY(s9) // and, in the upper half, older callers that it has not answered yet
    lui s0, %hi(sched_current)
    lwu t5, %lo(sched_top_priority)(s0)
    lbu t6, THREAD_PRIORITY(s9)
    srli s4, t2, 32
    beqz t2, trap_complete
    bnez s4, trap_complete
    bltu t6, t5, fault_equal
fault_first: // nobody ready comes before the handler
    lwu t4, THREAD_SCHED(s9)
    slli s5, t2, REPLY_SHIFT
    add s5, s5, s7
    beqz t4, fault_lends
    TURN_SWITCH trap_complete
fault_commit: // all is checked
    ld t0, THREAD_FAULT_BADGE(tp)
    lwu s1, CONTEXT_SELF(tp)
    sd zero, ENDPOINT_HEAD(s6) // and tail
    srli s3, s3, CAP_RIGHTS_SHIFT
    andi s3, s3, CAP_GRANT_BOTH
    sw s1, REPLY_CALLER(s5) // its receiver it is already
    sb s3, REPLY_MAY_GRANT(s5)
    slli s3, t2, 32
    lw s4, THREAD_FAULTS(tp)
    sd s3, THREAD_REPLY(s9) // offers none, serves this one
    sb s10, THREAD_STATE(s9)
    addi s4, s4, 1
    li s3, STATE_REPLY_WAIT
    sw s4, THREAD_FAULTS(tp)
    sb s3, THREAD_STATE(tp)
    sw t2, THREAD_REPLY(tp)
    sb a0, THREAD_FAULT_KIND(tp)
    li t1, FAULT_WORDS
    .irp n, a4,a5,a6,a7
    li \n, 0
    .endr
    j switch

fault_lends: // a handler without time of its own
    lwu s1, THREAD_SCHED(tp)
    sw zero, THREAD_SCHED(tp)
    sw s1, REPLY_LENT(s5)
    sw s1, THREAD_SCHED(s9)
    slli s1, s1, SCHED_SHIFT
    add s1, s1, s7
    sw s8, SCHED_THREAD(s1)
    j fault_commit

// Of an image: offsets, as fault.c finds them. What it reads or writes with is in its code.
fault_image: // t0 = its space, t3 = data base
    ld t4, CONTEXT_HOME(tp)
    ld t5, SPACE_CODE_BASE(t0)
    beqz a0, trap_complete
    bne t4, t0, trap_complete // behind a gate: none of its handler's business
    sub t1, a2, t3
    srli t2, t1, CAPSULE_WINDOW_LOG2
    sub a1, a1, t5
    bnez t2, fault_guard
    mv a2, t1
    li a3, FAULT_DATA_OFFSET | FAULT_CODE_OFFSET
1:  li t6, SSTATUS_SPP // a process may be next
    csrc sstatus, t6
    j fault_named

fault_guard: // not in linear memory: in a guard of its stack?
    ld t4, SPACE_STACK_LOW(t0)
    ld t5, SPACE_STACK_HIGH(t0)
    addi t4, t4, -1
    sub t4, t4, a2
    sub t5, a2, t5
    minu t4, t4, t5
    srli t4, t4, CAPSULE_GUARD_LOG2
    bnez t4, trap_complete
    li a0, FAULT_STACK
    li a3, FAULT_CODE_OFFSET
    j 1b

fault_fetch: // by a process; else a capsule has returned to where it has no code, or the kernel has lost its way
    csrr t4, sstatus
    andi t4, t4, SSTATUS_SPP
    li a0, FAULT_FETCH
    beqz t4, fault_named
    j trap_complete

fault_equal: // the top priority is one more than that of the first ready thread: equal is good enough
    addi t6, t6, 1
    bgeu t6, t5, fault_first
    j trap_complete

fault_reasons: // to be slow, that are none after all; s5 = other waiting threads
    lwu t4, THREAD_SLOW(tp)
    or t4, t4, t5
    andi t4, t4, ~(CONTEXT_UNITS | CONTEXT_BOUND) // signals do not matter to who was waiting
    or t4, t4, s5
    bnez t4, trap_complete
    jal fp_switch
    j fault_checked

// ---- The answer, in a send: from call.S, where s0 = number - NJ_SYS_SIGNAL and saved ------------------------------------
// The faulter is more important, and has time of its own or gets back what it lent: it goes on, with all its registers, so
// nothing of what is slow about it matters here. reply_recv is in fast.S.
    .globl process_send, entry_send
    .macro REPLY_CAP table, cap, at, miss // of slot t0, or to \miss
    ld \at, CONTEXT_TABLE(\table)
    ld \cap, CAP_WORD(\at)
    lwu \at, CAP_OBJECT(\at)
    bgeu t0, \cap, \miss
    lui \cap, %hi(DIRECT_MAP)
    add \at, \at, t0
    slli \at, \at, SLOT_SHIFT
    add \at, \at, \cap
    ld \cap, 0(\at)
    andi \at, \cap, CAP_KIND_MASK
    addi \at, \at, -CAP_REPLY
    bnez \at, \miss
    .endm

entry_send: // of a capsule, with interrupts off; t2, t4, t5, t6 are dead, but must be valid again
    csrr t5, sscratch
    REPLY_CAP t5, t6, t4, 1f
    CAPSULE_SAVE_ALL
    j core_send
1:  li t6, NJ_SYS_SEND
    j capsule_call

process_send:
    addi s0, s0, NJ_SYS_SIGNAL - NJ_SYS_SEND
    bnez s0, process_call
    REPLY_CAP tp, t6, t4, process_call
    PROCESS_SAVE
    sd zero, CONTEXT_REG(7)(tp)
    sd zero, CONTEXT_REG(30)(tp)
core_send: // t6 = capability of the reply object; what is an address in a capsule and 0 in a process is saved
    lui s7, %hi(DIRECT_MAP)
    srli s3, t6, 32 // reply
    slli s5, s3, REPLY_SHIFT
    add s5, s5, s7
    lwu s8, REPLY_CALLER(s5) // faulter
    bnez t1, send_words
send_resumes:
    beqz s8, miss_send
    slli s9, s8, THREAD_SHIFT
    add s9, s9, s7
    lbu t4, THREAD_FAULT_KIND(s9)
    lwu t5, THREAD_SERVING(tp)
    lwu t6, REPLY_NEXT(s5)
    lwu s2, THREAD_SCHED(s9)
    lui s0, %hi(sched_current)
    beqz t4, miss_send
    bne t5, s3, miss_send // somebody else received it, or has received another call since
    bnez t6, miss_send
    lbu s4, THREAD_PRIORITY(tp)
    lbu t6, THREAD_PRIORITY(s9)
    li s10, STATE_READY
    beqz s2, send_returns
    bgeu s4, t6, miss_send
    TURN_SWITCH miss_send
    ld t4, CONTEXT_SELF(tp) // all is checked: tp is put in front of its equals
    sh3add t5, s4, s0
    sb s10, THREAD_IS_QUEUED(tp) // true is READY; not by call: it may own a unit
    ld t6, %lo(ready_queues)(t5)
    bnez t6, send_before
    sd t4, %lo(ready_queues)(t5)
    srli t5, s4, 6
    sh3add t5, t5, s0
    ld t6, %lo(ready_bits)(t5)
    sll s2, s10, s4
    or t6, t6, s2
    addi s4, s4, 1 // it ran: nobody ready comes before it
    sd t6, %lo(ready_bits)(t5)
    sw s4, %lo(sched_top_priority)(s0)
send_commit:
    sd zero, REPLY_LENT(s5) // and caller
    sw zero, REPLY_RECEIVER(s5)
    sw zero, THREAD_REPLY(s9)
    sb zero, THREAD_FAULT_KIND(s9)
    sb s10, THREAD_STATE(s9)
    sw zero, THREAD_SERVING(tp)
    .irp n, 5,6,28,29,31 // the call is finished
    sd zero, CONTEXT_REG(\n)(tp)
    .endr
    .irp n, 10,11,12,13,14,15,16,17
    sd x\n, CONTEXT_REG(\n)(tp)
    .endr
fault_resume: // s9 = thread s8, with all its registers
    sw s8, %lo(sched_current)(s0)
    mv sp, s9
    j thread_restore

send_before: // others of its priority are ready
    zext.w s2, t6
    sw s2, THREAD_NEXT(tp)
    slli s2, s2, THREAD_SHIFT
    add s2, s2, s7
    sw t4, THREAD_PREV(s2)
    sw t4, %lo(ready_queues)(t5)
    j send_commit

send_words:
    li t4, NJ_MESSAGE_REGISTERS
    li t5, FAULT_SUSPEND
    bltu t4, t1, miss_send // a longer message, a capability, or a tag that is none
    bne a0, t5, send_resumes
miss_send:
    li s0, NJ_SYS_SEND
    j miss

send_returns: // the time that it was lent; of its own it has none. t6 = priority of the faulter
    lwu t4, %lo(sched_top_priority)(s0)
    lwu t5, REPLY_LENT(s5)
    lwu s2, THREAD_HOME_SCHED(tp)
    addi t6, t6, 1
    bnez s2, miss_send
    lwu s2, THREAD_SCHED(tp)
    bltu t6, t4, miss_send
    bne t5, s2, miss_send
    sw zero, THREAD_SCHED(tp)
    sw s2, THREAD_SCHED(s9)
    slli s2, s2, SCHED_SHIFT
    add s2, s2, s7
    sw s8, SCHED_THREAD(s2)
    j send_commit
