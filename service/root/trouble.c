// SPDX-License-Identifier: Apache-2.0
#include "lib/object.h"
#include "service/root/root.h"
#include <string.h>

#define EXIT_FAILURE_CODE 1

static void say(const char *text)
{
    enum nj_status status = system_write(NJ_BOOT_SLOT_SYSTEM, text, strlen(text));
    (void)status; // there is no other console to complain on
}

_Noreturn void trouble(const char *component, const char *what, const char *why)
{
    say("root: ");
    say(component);
    say(component[0] != '\0' ? ": " : "");
    say(what);
    say(": ");
    say(why);
    say("\n");
    enum nj_status status = system_poweroff(NJ_BOOT_SLOT_SYSTEM, EXIT_FAILURE_CODE);
    (void)status;
    for (;;)
        __asm__ volatile("ebreak");
}

void require(enum nj_status status, const char *component, const char *what)
{
    if (status != NJ_OK)
        trouble(component, what, nj_status_text(status));
}
