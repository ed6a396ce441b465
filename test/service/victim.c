// SPDX-License-Identifier: Apache-2.0
// Calls the tester, and does what the answer says.
#include "lib/panic.h"
#include "lib/start.h"
#include "lib/startup.h"
#include "test/service/test.h"
#include <stdlib.h>

static uint64_t data[2] = {0x0000000100000001, 0};

static uint64_t ask(uint64_t word)
{
    struct message message = {.word = {word}, .words = 1};
    enum nj_status status = message_call(startup_slot("tester"), &message);
    return status == NJ_OK ? message.word[0] : 0;
}

static void touch(void)
{
    volatile char *heap = malloc(TOUCH_BYTES);
    component_assert(heap);
    for (uint32_t i = 0; i < TOUCH_BYTES; i += 4096) {
        component_assert(heap[i] == 0);
        heap[i] = (char)(i >> 12);
    }
    for (uint32_t i = 0; i < TOUCH_BYTES; i += 4096)
        component_assert(heap[i] == (char)(i >> 12));
}

static void act(uint64_t action)
{
    switch (action) {
    case ACTION_READ:
        __asm__ volatile("ld a0, 8(zero)" ::: "a0");
        break;
    case ACTION_WRITE:
        __asm__ volatile("sd zero, 0(%0)" ::"r"((uintptr_t)act & ~7ul) : "memory");
        break;
    case ACTION_FETCH:
        __asm__ volatile("jalr ra, %0" ::"r"(data) : "ra");
        break;
    case ACTION_ILLEGAL:
        __asm__ volatile(".word 0xc0001073");
        break;
    case ACTION_PANIC:
        panic("asked to, %d times", 1);
    case ACTION_SYSCALL:
        __asm__ volatile("li t2, 99\necall" ::
                             : "t0", "t1", "t2", "t3", "t4", "t5", "t6", "ra", "a0", "a1", "a2", "a3", "a4", "a5", "a6",
                               "a7", "memory");
        break;
    case ACTION_TOUCH:
        touch();
        break;
    default:
        break;
    }
}

int main(void)
{
    uint64_t action = ask(VICTIM_READY);
    while (action != ACTION_RETURN) {
        act(action);
        action = ask(VICTIM_DONE);
    }
    return 7;
}
