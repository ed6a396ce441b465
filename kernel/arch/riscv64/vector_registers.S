// SPDX-License-Identifier: Apache-2.0
// a0 = page of a thread's vector state (offsets.h). The unit is on. Whole registers are stored and loaded from element 0 on
// whatever vl and vtype say; with another vstart they would begin there.
#include "kernel/arch/riscv64/offsets.h"

    .option arch, +v
    .text
    .globl vector_save, vector_load
vector_save:
    csrr t0, vstart
    csrr t1, vcsr
    csrr t2, vl
    csrr t3, vtype
    sd t0, VECTOR_START(a0)
    sd t1, VECTOR_CSR(a0)
    sd t2, VECTOR_LENGTH(a0)
    sd t3, VECTOR_TYPE(a0)
    csrwi vstart, 0
    csrr t0, vlenb
    slli t0, t0, 3 // eight registers
    addi a0, a0, VECTOR_REGISTERS
    .irp n, 0,8,16,24
    vs8r.v v\n, (a0)
    add a0, a0, t0
    .endr
    ret
vector_load:
    csrwi vstart, 0
    csrr t0, vlenb
    slli t0, t0, 3
    addi a1, a0, VECTOR_REGISTERS
    .irp n, 0,8,16,24
    vl8re8.v v\n, (a1)
    add a1, a1, t0
    .endr
    ld t0, VECTOR_START(a0)
    ld t1, VECTOR_CSR(a0)
    ld t2, VECTOR_LENGTH(a0)
    ld t3, VECTOR_TYPE(a0)
    vsetvl zero, t2, t3 // gives this vl: it is no more than the largest of its vtype. vstart is 0 afterwards
    csrw vcsr, t1
    csrw vstart, t0
    ret
