// SPDX-License-Identifier: Apache-2.0
#include "service/uart/ns16550.h"

enum { DATA = 0, INTERRUPT_ENABLE = 1, FIFO_CONTROL = 2, LINE_CONTROL = 3, MODEM_CONTROL = 4, LINE_STATUS = 5 };
enum { ENABLE_INPUT = 1, ENABLE_OUTPUT = 2 };
enum { FIFO_ON = 1 };
enum { LINE_8N1 = 3 };
enum { MODEM_DTR = 1, MODEM_RTS = 2, MODEM_OUT2 = 8 }; // OUT2 lets the interrupt out on machines that gate it
enum { STATUS_INPUT = 1, STATUS_ERRORS = 0x1e, STATUS_OUTPUT_EMPTY = 0x20 };

void ns16550_init(struct ns16550 *uart, uintptr_t address)
{
    uart->registers = (volatile uint8_t *)address;
    uart->interrupts = 0;
    uart->registers[INTERRUPT_ENABLE] = 0;
    uart->registers[LINE_CONTROL] = LINE_8N1;
    uart->registers[FIFO_CONTROL] = FIFO_ON; // what came in before is kept: it may be meant for the shell
    uart->registers[MODEM_CONTROL] = MODEM_DTR | MODEM_RTS | MODEM_OUT2;
}

void ns16550_enable(struct ns16550 *uart, bool input, bool output)
{
    uint8_t wanted = (uint8_t)((input ? ENABLE_INPUT : 0) | (output ? ENABLE_OUTPUT : 0));
    if (wanted == uart->interrupts)
        return;
    uart->interrupts = wanted;
    uart->registers[INTERRUPT_ENABLE] = wanted;
}

bool ns16550_get(struct ns16550 *uart, uint8_t *byte)
{
    uint8_t status = uart->registers[LINE_STATUS];
    if ((status & STATUS_INPUT) == 0)
        return false;
    *byte = uart->registers[DATA];
    if ((status & STATUS_ERRORS & ~2) != 0) // a break or a broken frame reads as 0; an overrun leaves the byte good
        *byte = 0;
    return true;
}

uint32_t ns16550_room(struct ns16550 *uart)
{
    return (uart->registers[LINE_STATUS] & STATUS_OUTPUT_EMPTY) != 0 ? NS16550_FIFO_BYTES : 0;
}

void ns16550_put(struct ns16550 *uart, uint8_t byte)
{
    uart->registers[DATA] = byte;
}
