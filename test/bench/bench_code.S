// SPDX-License-Identifier: Apache-2.0
// Programs that are measured, or between which is measured. What each does in a round besides entering the kernel is
// counted in bench.h: a change here changes the numbers there.
#include "test/checked.h"

#define GATE_CROWD_ROUNDS 6000 // of two instructions each
#define FAULT_SUSPEND 1 // of the ABI, as faults.c asserts
#define FRAME_MAP 1
#define RIGHT_READ 2

    .option norvc
    .option norelax
    .text

// void bench_enter(struct entry *entry): between the readings are the first of them and the call.
    .globl bench_enter
bench_enter:
    addi sp, sp, -32
    sd s0, 0(sp)
    sd s1, 8(sp)
    sd s2, 16(sp)
    sd ra, 24(sp)
    mv s0, a0
    ld t0, 0(s0)
    ld t1, 8(s0)
    ld t2, 16(s0)
    ld t3, 24(s0)
    ld a0, 32(s0)
    ld a1, 40(s0)
    ld a2, 48(s0)
    ld a3, 56(s0)
    ld a4, 64(s0)
    ld a5, 72(s0)
    ld a6, 80(s0)
    ld a7, 88(s0)
    rdinstret s1
    ecall
    rdinstret s2
    sd t0, 0(s0)
    sd t1, 8(s0)
    sd a0, 32(s0)
    sd a1, 40(s0)
    sd s1, 96(s0)
    sd s2, 104(s0)
    ld s0, 0(sp)
    ld s1, 8(sp)
    ld s2, 16(sp)
    ld ra, 24(sp)
    addi sp, sp, 32
    ret

// A server in a process: slot 1 endpoint, slot 2 reply object. The tag it received is the tag it answers with.
    .globl process_serve
process_serve:
    li t0, 1
    li t1, 0
    li t2, NJ_SYS_RECV
    li t3, 2
    ecall
1:  li t0, 1
    li t2, NJ_SYS_REPLY_RECV
    li t3, 2
    ecall
    j 1b

// A handler of faults in a process: when slot 1 tells it a number of rounds, it answers as many faults from slot 3 and
// receives the next one each time, leaves the last faulter suspended and signals slot 4.
    .globl process_handle
process_handle:
    li t0, 1
    li t1, 0
    li t2, NJ_SYS_RECV
    li t3, 2
    ecall
    mv s0, a0
    li t0, 3
    li t2, NJ_SYS_RECV
    li t3, 2
    ecall
1:  li t0, 3
    li t1, 0
    li t2, NJ_SYS_REPLY_RECV
    li t3, 2
    ecall
    addi s0, s0, -1
    bnez s0, 1b
    li t0, 2
    li t1, 1
    li t2, NJ_SYS_SEND
    li a0, FAULT_SUSPEND
    ecall
    li t0, 4
    li t2, NJ_SYS_SIGNAL
    ecall
    j process_handle

    .globl process_wait, process_fault // what it faults at is in a0
process_wait:
    li t0, 1
    li t2, NJ_SYS_RECV
    li t3, 2
    ecall
    j process_wait
process_fault:
    ld zero, 0(a0)
    j process_fault

// void bench_touch(uint64_t address, uint64_t *times)
    .globl bench_touch
bench_touch:
    rdinstret t0
    sd t0, 0(a1)
    ld zero, 0(a0)
    rdinstret t0
    sd t0, 8(a1)
    ret

    .globl bench_count
bench_count:
    rdinstret a0
    j bench_count

// One of many (worst.h): a0 = slot | number of the call << 32.
    .globl crowd_run
crowd_run:
    srli s1, a0, 32
    slli s0, a0, 32
    srli s0, s0, 32
1:  mv t0, s0
    mv t2, s1
    li t1, 0
    li t3, 0
    ecall
    j 1b

// A thread that goes through a gate (worst.h): a0 = struct gate_caller, which stays in gp. Waits until it is told to go on.
    .globl gate_caller_run
gate_caller_run:
    mv gp, a0
1:  ld t0, 0(gp)
    li t1, 0
    li t2, NJ_SYS_GATE_CALL
    rdinstret t3
    sd t3, 8(gp)
    ecall
    rdinstret t3
    sd t3, 16(gp)
    sd t1, 24(gp)
    ld t0, 32(gp)
    li t2, NJ_SYS_WAIT
    ecall
    j 1b

// One of those in line: the same, when its time is nearly used up; a0 = gate | notification << 32, in gp and tp.
    .globl gate_crowd_run
gate_crowd_run:
    srli tp, a0, 32
    slli gp, a0, 32
    srli gp, gp, 32
    li t0, GATE_CROWD_ROUNDS
1:  addi t0, t0, -1
    bnez t0, 1b
    mv t0, gp
    li t1, 0
    li t2, NJ_SYS_GATE_CALL
    ecall
    mv t0, tp
    li t2, NJ_SYS_WAIT
    ecall
    j gate_crowd_run

    .globl hart_loop
hart_loop:
    j hart_loop

    CHECKED_CODE .rodata.bench

PROGRAM capsule_serve
    li t0, 1
    li t3, 2
    ENTER NJ_SYS_RECV
1:  li t0, 1
    li t3, 2
    ENTER NJ_SYS_REPLY_RECV
    j 1b
capsule_serve_end:

// As process_handle.
PROGRAM capsule_handle
    li t0, 1
    li t3, 2
    ENTER NJ_SYS_RECV
    mv s0, a0
    li t0, 3
    li t3, 2
    ENTER NJ_SYS_RECV
1:  li t0, 3
    li t1, 0
    li t3, 2
    ENTER NJ_SYS_REPLY_RECV
    addi s0, s0, -1
    bnez s0, 1b
    li t0, 2
    li t1, 1
    li a0, FAULT_SUSPEND
    ENTER NJ_SYS_SEND
    li t0, 4
    ENTER NJ_SYS_SIGNAL
    j capsule_handle
capsule_handle_end:

// What it faults at is an offset in linear memory, in a0.
PROGRAM capsule_wait
    li t0, 1
    li t3, 2
    ENTER NJ_SYS_RECV
    j capsule_wait
    .globl capsule_fault
capsule_fault:
    add.uw t5, a0, gp
1:  ld zero, 0(t5)
    j 1b
capsule_wait_end:

// Answers faults from slot 1 in a send, when it has mapped the frame of slot 3 where the fault was, in the space of
// slot 4; the other program also that of slot 5, on the page behind.
    .macro MAP frame, page
    li t0, \frame
    li t1, FRAME_MAP
    li a0, 4
    lui a1, \page
    add a1, a1, s0
    li a2, RIGHT_READ
    ENTER NJ_SYS_INVOKE
    .endm
    .macro MAPPER name, two
PROGRAM \name
1:  li t0, 1
    li t3, 2
    ENTER NJ_SYS_RECV
    mv s0, a2
    MAP 3, 0
    .if \two
    MAP 5, 1
    .endif
    li t0, 2
    li t1, 0
    ENTER NJ_SYS_SEND
    j 1b
\name\()_end:
    .endm
MAPPER capsule_map_one, 0
MAPPER capsule_map_two, 1

// Serves slot 1: word 0 null operations on the endpoint of slot 3, then answers.
PROGRAM capsule_null
    li t0, 1
    li t3, 2
    ENTER NJ_SYS_RECV
1:  mv s0, a0
    beqz s0, 3f
2:  li t0, 3
    li t1, 0
    ENTER NJ_SYS_INVOKE
    addi s0, s0, -1
    bnez s0, 2b
3:  li t0, 1
    li t1, 1
    li t3, 2
    ENTER NJ_SYS_REPLY_RECV
    j 1b
capsule_null_end:

// Serves slot 1: word 0 calls with word 1 as their tag to slot 3, then answers.
PROGRAM capsule_caller
    li t0, 1
    li t3, 2
    ENTER NJ_SYS_RECV
1:  mv s0, a0
    mv s1, a1
    beqz s0, 3f
2:  li t0, 3
    mv t1, s1
    li t3, 0
    ENTER NJ_SYS_CALL
    addi s0, s0, -1
    bnez s0, 2b
3:  li t0, 1
    li t1, 1
    li t3, 2
    ENTER NJ_SYS_REPLY_RECV
    j 1b
capsule_caller_end:

// Serves slot 1: word 0 rounds through the gate in slot 3, then answers. What it
// needs afterwards is on its stack.
PROGRAM capsule_gate_caller
    li t0, 1
    li t3, 2
    ENTER NJ_SYS_RECV
1:  addi sp, sp, -16
    sd a0, 0(sp)
    beqz a0, 3f
2:  li t0, 3
    ENTER NJ_SYS_GATE_CALL
    ld s0, 0(sp)
    addi s0, s0, -1
    sd s0, 0(sp)
    bnez s0, 2b
3:  addi sp, sp, 16
    ld zero, -16(sp)
    li t0, 1
    li t1, 1
    li t3, 2
    ENTER NJ_SYS_REPLY_RECV
    j 1b
capsule_gate_caller_end:

// Behind a gate: gives the words back. Then what its thread runs that only waits.
PROGRAM capsule_gate
    ENTER NJ_SYS_GATE_RETURN
    .globl capsule_gate_wait
capsule_gate_wait:
    li t0, 1
    li t3, 2
    ENTER NJ_SYS_RECV
    j capsule_gate_wait
capsule_gate_end:

// Behind gates, for worst cases; slot 1 is the next gate or a notification.
PROGRAM gate_on
    li t0, 1
    ENTER NJ_SYS_GATE_CALL
    ENTER NJ_SYS_GATE_RETURN
    .globl gate_wait, gate_trap, gate_spin
gate_wait:
    li t0, 1
    ENTER NJ_SYS_WAIT
    ENTER NJ_SYS_GATE_RETURN
gate_trap:
    li t0, 1
    ENTER NJ_SYS_WAIT
    TRAP
gate_spin: // three instructions a round, which it counts at 8(gp)
    sd zero, 8(gp)
    li t0, 1
    ENTER NJ_SYS_WAIT
1:  addi s0, s0, 1
    sd s0, 8(gp)
    j 1b
gate_on_end:
