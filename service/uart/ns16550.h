// SPDX-License-Identifier: Apache-2.0
// The registers of an NS16550 and compatible UARTs, byte-wide and next to each other. Nothing here waits.
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct ns16550 {
    volatile uint8_t *registers;
    uint8_t interrupts; // enabled at present
};

#define NS16550_FIFO_BYTES 16u

// 8 bits, no parity, FIFOs on, all interrupts off. The divisor stays as the firmware set it: nobody else knows the clock.
void ns16550_init(struct ns16550 *uart, uintptr_t address);
// Interrupt while there is input; while there is room for output.
void ns16550_enable(struct ns16550 *uart, bool input, bool output);
// True if a byte was there; a break or a broken frame reads as 0.
bool ns16550_get(struct ns16550 *uart, uint8_t *byte);
// Bytes that fit into the output FIFO now: all of it, or none.
uint32_t ns16550_room(struct ns16550 *uart);
void ns16550_put(struct ns16550 *uart, uint8_t byte);
