// SPDX-License-Identifier: Apache-2.0
// a0 = 32 registers of 64 bits, a1 = fcsr. The unit is on. C code never touches these registers.
// Of all base registers sp makes the shortest instructions; the kernel takes no trap that would want it as a stack.
    .option arch, +f, +d
    .text
    .globl fp_save, fp_load
fp_save:
    mv t1, sp
    mv sp, a0
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fsd f\n, 8*\n(sp)
    .endr
    mv sp, t1
    frcsr t0
    sd t0, (a1)
    ret
fp_load:
    mv t1, sp
    mv sp, a0
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    fld f\n, 8*\n(sp)
    .endr
    mv sp, t1
    ld t0, (a1)
    fscsr t0
    ret
