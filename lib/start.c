// SPDX-License-Identifier: Apache-2.0
// From the first instruction to main(). The root server has its own component_start (service/root): nobody gave it a
// start-up page.
#include "lib/start.h"
#include "lib/message.h"
#include "lib/panic.h"
#include "lib/slot.h"
#include "lib/startup.h"

uint64_t *message_page;

__attribute__((weak)) _Noreturn void component_start(uint64_t page)
{
    message_page = (uint64_t *)(uintptr_t)page;
    startup_init(page);
    slot_init();
    int code = main();
    panic("main returned %d", code);
}
