// SPDX-License-Identifier: Apache-2.0
// Prints one line a figure, `bench NAME VALUE instructions`, and powers off.
#include "lib/message.h"
#include "lib/start.h"
#include "test/bench/worst.h"
#include <stdarg.h>
#include <stdio.h>

uint32_t memory;

void print(const char *format, ...)
{
    char line[160];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof(line), format, arguments);
    va_end(arguments);
    if (length < 0)
        return;
    size_t bytes = (size_t)length < sizeof(line) ? (size_t)length : sizeof(line) - 1;
    enum nj_status status = system_write(SLOT_SYSTEM, line, bytes);
    (void)status;
}

void figure(const char *name, uint64_t instructions)
{
    print("bench %s %lu instructions\n", name, instructions);
}

void figure_of(const char *name, uint64_t total, uint64_t count)
{
    uint64_t hundredths = (total % count * 100 + count / 2) / count;
    if (hundredths == 0 || hundredths == 100)
        figure(name, total / count + hundredths / 100);
    else
        print("bench %s %lu.%02lu instructions\n", name, total / count, hundredths);
}

_Noreturn void stop(uint32_t code)
{
    for (;;) {
        enum nj_status status = system_poweroff(SLOT_SYSTEM, code);
        (void)status;
    }
}

void need_at(enum nj_status status, const char *what, int line)
{
    if (status == NJ_OK)
        return;
    print("bench failed: line %d: %s: %s\n", line, what, nj_status_text(status));
    stop(1);
}

static void find_memory(const struct nj_boot *boot)
{
    uint64_t most = 0;
    for (uint32_t i = 0; i < boot->memory_count; i++) {
        uint64_t bytes, left;
        NEED(untyped_info(NJ_BOOT_SLOT_MEMORY + i, &bytes, &left));
        if (left > most) {
            most = left;
            memory = NJ_BOOT_SLOT_MEMORY + i;
        }
    }
}

_Noreturn void component_start(uint64_t page)
{
    message_page = (uint64_t *)(uintptr_t)page;
    find_memory((const struct nj_boot *)(uintptr_t)(page + NJ_MESSAGE_BYTES));
    NEED(space_supply(SLOT_SPACE, make(NJ_KIND_UNTYPED, 128)));
    NEED(sched_configure(NJ_BOOT_SLOT_SCHED_CONTROL, NJ_BOOT_SLOT_SCHED, HOUR_NS, HOUR_NS));
    if (worst_has_hart()) { // all else is measured where nobody runs beside the kernel
        bench_vectors(); // such machines have them
        worst_harts();
        stop(0);
    }
    bench_ipc();
    bench_objects();
    bench_events();
    bench_host_call();
    bench_worst();
    bench_faults(); // last: worst cases depend on which memory they get
    stop(0);
}
