// SPDX-License-Identifier: Apache-2.0
// Prints the table of permitted instructions (kernel/check/table.h) as it stands at the end of doc/capsule.md.
#include "kernel/check/table.h"
#include <stdint.h>
#include <stdio.h>

static void print_row(const char *name, uint32_t mask, uint32_t match, const char *operands)
{
    printf("| `%s` | `%08x` | `%08x` | %s |\n", name, (unsigned)mask, (unsigned)match, operands);
}

int main(void)
{
    printf("| operands | what the open fields must satisfy |\n|---|---|\n");
#define X(name, text) printf("| %s | %s |\n", #name, text);
    NJ_CHECK_OPERANDS_LIST(X)
#undef X
    printf("\n| instruction | mask | match | operands |\n|---|---|---|---|\n");
#define X(name, pattern, operands) print_row(name, pattern, #operands);
#define G(name, opcode, rows) rows(X)
    NJ_CHECK_GROUPS(G)
#undef G
#undef X
    return 0;
}
