// SPDX-License-Identifier: Apache-2.0
// Places of fields that assembly uses. context.c asserts each against the C structures.
#pragma once

#define THREAD_SHIFT 10 // bytes of a thread, log2

#define CONTEXT_REG(n) (8 * (n))
#define CONTEXT_PC 256
#define CONTEXT_STATUS 264
#define CONTEXT_ROOT 272
#define CONTEXT_TABLE 280
#define CONTEXT_SELF 288
#define CONTEXT_IS_CAPSULE 296
#define CONTEXT_NUMBER 300
#define CONTEXT_HOME 568

#define THREAD_FAULT_CAP 576 // capability of its fault endpoint
#define THREAD_FAULT_BADGE 584
#define THREAD_NEXT 608 // and prev
#define THREAD_PREV 612
#define THREAD_REPLY 616
#define THREAD_SERVING 620
#define THREAD_SCHED 624
#define THREAD_SLOW 628 // and fault_kind
#define THREAD_FAULT_KIND 630
#define THREAD_HOME_SCHED 632
#define THREAD_WAITS_ON 636
#define THREAD_NOTIFICATION 652
#define THREAD_MESSAGE_PAGE 656
#define THREAD_FAULTS 672
#define THREAD_STATE 676 // and blocked
#define THREAD_PRIORITY 678
#define THREAD_IS_QUEUED 680
#define QUEUED_BY_CALL -127 // it had finished a call: t2-t6 are what a finished call leaves (negative as a byte)
#define THREAD_USES_FP 704

// Of a space, whose address is that of its capability table's capability.
#define SPACE_SHIFT 9
#define SPACE_MEMORY_START 192
#define SPACE_MEMORY_BYTES 200
#define SPACE_CODE_BASE 216
#define SPACE_STACK_LOW 224
#define SPACE_STACK_HIGH 232
#define SPACE_DATA_BASE 240
#define SPACE_CODE_MASK 256
#define GATE_LOCK 264
#define GATE_CALLER 272
#define GATE_SP 280
#define GATE_PC 288

#define SLOT_SHIFT 5
#define CAP_OBJECT 4
#define CAP_WORD 8

#define ENDPOINT_SHIFT 5
#define ENDPOINT_HEAD 0
#define ENDPOINT_TAIL 4
#define ENDPOINT_HAS_RECEIVERS 12

#define REPLY_SHIFT 5
#define REPLY_LENT 0 // and caller
#define REPLY_CALLER 4
#define REPLY_RECEIVER 8
#define REPLY_MAY_GRANT 16
#define REPLY_NEXT 20

#define NOTIFICATION_SHIFT 5
#define NOTIFICATION_WORD 0
#define NOTIFICATION_HEAD 8 // and tail
#define NOTIFICATION_THREAD 16

#define SCHED_SHIFT 8
#define SCHED_BUDGET 0
#define SCHED_PERIOD 8
#define SCHED_USED 16
#define SCHED_THREAD 24
#define SCHED_LEFT 32
#define SCHED_START 40

// kernel/turn.h and clock.h
#define TURN_SINCE 0
#define TURN_TIMER 8
#define TURN_ALARM 16
#define TURN_CHARGED 24
#define TURN_REFILL 32
#define CLOCK_FACTOR 0
#define CLOCK_SHIFT 8
#define CLOCK_COMPARE 16
#define CLOCK_ENTRY 24

#define INTERRUPT_OF_TIMER 64 // its entry in interrupts[], whose first member is the capability it is bound to

// abi/object.h in assembly: kinds in bits 0-7 of a capability, rights in bits 8-15.
#define CAP_ENDPOINT 3
#define CAP_NOTIFICATION 4
#define CAP_REPLY 5
#define CAP_GATE 16
#define CAP_KIND_MASK 0xff
#define CAP_SEND 0x100
#define CAP_RECV 0x200
#define CAP_RIGHTS_SHIFT 8
#define CAP_GRANT_BOTH 12  // GRANT and GRANT_REPLY, shifted down
#define CAP_KIND_USABLE 31 // no bit of it is set in an empty slot or a zombie, and some bit in every other kind

// abi/fault.h
#define FAULT_FETCH 3
#define FAULT_STACK 10
#define FAULT_DATA_OFFSET 1
#define FAULT_CODE_OFFSET 2
#define FAULT_WORDS 4
#define FAULT_SUSPEND 1

// abi/capsule.h
#define CAPSULE_WINDOW_LOG2 33
#define CAPSULE_GUARD_LOG2 13

#define STATE_READY 1
#define STATE_RECEIVING 3
#define STATE_REPLY_WAIT 4
#define STATE_WAITING 5

// struct hart_mail
#define HART_BYTES 256
#define HART_LAST 3
#define HART_MAIL 64
#define HART_NUMBER 180
#define MAIL_PC 0
#define MAIL_SP 8
#define MAIL_ARGUMENT 16
#define MAIL_ROOT 24
#define MAIL_HOME 32
#define MAIL_ORDER 40
#define MAIL_ABORT 44
#define MAIL_BOOT_HART 48
#define MAIL_FEATURES 52
#define MAIL_DONE 56
#define MAIL_IS_UP 60
#define MAIL_VECTOR_BYTES 64
#define MAIL_CAUSE 72
#define MAIL_END_PC 80
#define MAIL_VALUE 88
#define MAIL_SAVED 96
#define FEATURE_FP 1
#define FEATURE_VECTOR 2

// Page of a thread's vector state: four words, then the registers.
#define VECTOR_START 0
#define VECTOR_CSR 8
#define VECTOR_LENGTH 16
#define VECTOR_TYPE 24
#define VECTOR_REGISTERS 32

// Why the fast paths must not be taken (`slow` of struct thread).
#define CONTEXT_FP 1      // owns the floating-point registers
#define CONTEXT_BOUND 2   // has a bound notification
#define CONTEXT_NO_ASID 4 // a change of root needs a fence
#define CONTEXT_VECTOR 8  // owns the vector registers
#define CONTEXT_UNITS (CONTEXT_FP | CONTEXT_VECTOR)
