// SPDX-License-Identifier: Apache-2.0
// Holds the arithmetic of the capsule model (test/fuzz/rv64.h) against another implementation of the ISA.
//
//   model_reference assembly          prints a program (RISC-V assembly, Linux) that executes every operation below on
//                                     every pair of operands and writes the results, 8 bytes each, to its output
//   model_reference compare < OUTPUT  compares them with the model's
#include "kernel/check/table.h"
#include "test/fuzz/rv64.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OPERANDS 400
#define OPERATIONS_MAX 256
#define REPORTS_MAX 20

// rd = a2, rs1 = a0, rs2 = a1, and the floating-point registers of the same numbers, rs3 = fa3; rounding to zero.
#define FIELDS (12u << 7 | 10u << 15 | 11u << 20 | 13u << 27 | 1u << 12)

static const struct {
    const char *name;
    uint32_t mask, match;
} rows[] = {
#define X(name, pattern, operands) {name, pattern},
#define G(name, opcode, list) list(X)
    NJ_CHECK_GROUPS(G)
#undef G
#undef X
};

static uint32_t operation[OPERATIONS_MAX];
static const char *operation_name[OPERATIONS_MAX];
static uint32_t operations;
static uint64_t operand[OPERANDS][2];

// Floating point is compared where the result is exact or does not depend on the rounding mode.
static bool is_comparable(const struct rv64 *i)
{
    switch (i->kind) {
    case RV64_LUI:
    case RV64_IMMEDIATE:
    case RV64_REGISTER:
    case RV64_FLOAT_TO_INT:
        return i->rd == 12;
    case RV64_FLOAT:
        return (i->operation >= RV64_FSGNJ && i->operation <= RV64_FSGNJX) || i->operation == RV64_FMV_FROM_X ||
               (i->is_double && (i->operation == RV64_FCVT_FROM_W || i->operation == RV64_FCVT_FROM_WU));
    default:
        return false;
    }
}

static void operations_choose(void)
{
    for (size_t n = 0; n < sizeof rows / sizeof rows[0]; n++) {
        uint32_t word = rows[n].match | (FIELDS & ~rows[n].mask);
        struct rv64 i = rv64_decode(word);
        if (!is_comparable(&i))
            continue;
        operation_name[operations] = rows[n].name;
        operation[operations++] = word;
    }
}

static void operands_choose(void)
{
    static const uint64_t edge[] = {0,
                                    1,
                                    ~0ull,
                                    1ull << 63,
                                    ~0ull >> 1,
                                    0x80000000,
                                    0x7fffffff,
                                    0xffffffff,
                                    0xffffffff80000000,
                                    0x3ff8000000000000,
                                    0xc1e0000000200000,
                                    0x7ff8000000000000,
                                    0xffffffff3fc00000};
    uint64_t random = 88172645463325252ull;
    for (uint32_t n = 0; n < OPERANDS; n++) {
        for (uint32_t k = 0; k < 2; k++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            uint32_t choice = random >> 40 & 3;
            operand[n][k] = choice == 0   ? edge[(random >> 8) % (sizeof edge / sizeof edge[0])]
                            : choice == 1 ? (uint64_t)(int64_t)(int32_t)random
                                          : random >> (random & 63);
        }
    }
}

static void print_assembly(void)
{
    printf(".option norvc\n.option arch, rv64gc_zba_zbb_zbs\n.data\n.balign 8\noperands:\n");
    for (uint32_t n = 0; n < OPERANDS; n++)
        printf(".dword 0x%" PRIx64 ", 0x%" PRIx64 "\n", operand[n][0], operand[n][1]);
    printf(".bss\n.balign 8\nresults: .space %u\n.text\n.globl _start\n_start:\nla s0, operands\nla s1, results\nli "
           "s2, %u\n",
           8 * OPERANDS * operations, OPERANDS);
    printf("1: ld s3, 0(s0)\nld s4, 8(s0)\nmv a3, s3\n");
    for (uint32_t n = 0; n < operations; n++) {
        struct rv64 i = rv64_decode(operation[n]);
        printf("mv a0, s3\nmv a1, s4\nfmv.d.x fa0, s3\nfmv.d.x fa1, s4\nli a2, 0\n.word 0x%08" PRIx32 "\n",
               operation[n]);
        printf("%ssd %s, 0(s1)\naddi s1, s1, 8\n", i.kind == RV64_FLOAT ? "f" : "",
               i.kind == RV64_FLOAT ? "fa2" : "a2");
    }
    printf("addi s0, s0, 16\naddi s2, s2, -1\nbeqz s2, 2f\nj 1b\n2: la s0, results\nli s1, %u\n",
           8 * OPERANDS * operations);
    printf("3: li a0, 1\nmv a1, s0\nmv a2, s1\nli a7, 64\necall\nblez a0, 4f\nadd s0, s0, a0\nsub s1, s1, a0\nbgtz s1, "
           "3b\n");
    printf("4: li a0, 0\nli a7, 93\necall\n");
}

static uint64_t model_result(uint32_t word, const uint64_t *x)
{
    struct rv64 i = rv64_decode(word);
    switch (i.kind) {
    case RV64_LUI:
        return (uint64_t)i.immediate;
    case RV64_IMMEDIATE:
        return rv64_integer(i.operation, x[0], (uint64_t)i.immediate);
    case RV64_REGISTER:
        return rv64_integer(i.operation, x[0], x[1]);
    default:
        return rv64_float(&i, x[0], x[1], 0, x[0]);
    }
}

static int compare(void)
{
    uint64_t differ = 0, compared = 0;
    for (uint32_t n = 0; n < OPERANDS; n++) {
        for (uint32_t k = 0; k < operations; k++) {
            uint64_t result, expected = model_result(operation[k], operand[n]);
            if (fread(&result, sizeof result, 1, stdin) != 1) {
                printf("the output of the reference ends early\n");
                return 1;
            }
            // QEMU before 8.0 counts on into the upper half.
            if (strcmp(operation_name[k], "ctzw") == 0 && (uint32_t)operand[n][0] == 0 && operand[n][0] != 0)
                continue;
            compared++;
            if (result != expected && differ++ < REPORTS_MAX)
                printf("%s of 0x%" PRIx64 ", 0x%" PRIx64 ": reference 0x%" PRIx64 ", model 0x%" PRIx64 "\n",
                       operation_name[k], operand[n][0], operand[n][1], result, expected);
        }
    }
    printf("%" PRIu64 " results of %" PRIu32 " operations, %" PRIu64 " differ from the model's\n", compared, operations,
           differ);
    return differ == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    operations_choose();
    operands_choose();
    if (argc == 2 && strcmp(argv[1], "assembly") == 0) {
        print_assembly();
        return 0;
    }
    return argc == 2 && strcmp(argv[1], "compare") == 0 ? compare() : 2;
}
