// SPDX-License-Identifier: Apache-2.0
// Further harts, on a machine that has any: attackers have capabilities to them, and the supervisor starts jobs that look
// for what others left in registers, and write while their memory is taken away.
#include "test/attack/attack.h"
#include "test/attack/attack_job.h"

#define HARTS 2u
#define STACK 0x5000u
#define CHECKED_AT 0x60000000ull // in the supervisor's space
#define CHECKED_PAGES 32u

_Static_assert(JOB_MEMORY == SETTING_MEMORY && JOB_BAD == BAD_REGISTERS, "attack_job.h");

uint64_t jobs_started, jobs_ended;

static uint32_t some_hart(void)
{
    return NJ_BOOT_SLOT_HART + (uint32_t)choose(HARTS);
}

// None of this need work: attackers do the same.
void harts_share(uint32_t cnode)
{
    for (uint32_t hart = NJ_BOOT_SLOT_HART; hart < NJ_BOOT_SLOT_HART + HARTS; hart++)
        (void)!cnode_copy(cnode, hart, SLOT_CNODE, hart, NJ_RIGHT_ALL);
}

static struct hart_info check(uint32_t hart)
{
    struct hart_info info = {0};

    if (hart_info(hart, &info) == NJ_OK && info.state == NJ_HART_FINISHED && info.result == JOB_BAD)
        fail("a job on hart %lu saw what another left, or the kernel", (unsigned long)info.number);
    return info;
}

// Most often in the process whose text it is.
static void start_job(uint32_t hart)
{
    uint32_t space = WORLD(SLOT_SPACES + (choose(8) == 0 ? (uint32_t)choose(4) : 0));
    uint32_t notification = WORLD(SLOT_NOTIFICATIONS + (uint32_t)choose(4));

    (void)!hart_abort(hart);
    struct hart_info info = check(hart);
    jobs_ended += info.state == NJ_HART_FINISHED;
    (void)!hart_bind(hart, space, notification);
    uint64_t argument = choose(JOB_WRITE + 1u) | choose(3000) << 8;
    if ((info.features & NJ_HART_VECTOR) != 0)
        argument |= JOB_VECTOR;
    jobs_started += hart_start(hart, (uint64_t)(uintptr_t)attack_job, STACK, argument) == NJ_OK;
}

void harts_hurt(void)
{
    uint32_t hart = some_hart();
    enum nj_status status = NJ_OK;

    switch (choose(8)) {
    case 0:
        status = hart_unbind(hart);
        break;
    case 1:
        status = hart_abort(hart);
        break;
    case 2:
        status = cnode_revoke(SLOT_CNODE, hart);
        break;
    default:
        start_job(hart);
        break;
    }
    (void)status; // on a machine without harts there is nothing
}

// Jobs that attackers started, too.
void harts_check(void)
{
    for (uint32_t hart = NJ_BOOT_SLOT_HART; hart < NJ_BOOT_SLOT_HART + HARTS; hart++)
        (void)check(hart);
}

// A part of the memory that came back: nobody writes to it any more.
void harts_check_memory(void)
{
    static volatile uint64_t *const words = (volatile uint64_t *)(uintptr_t)CHECKED_AT;
    uint32_t before = WORLD(0), frame = WORLD(1);

    NEED(untyped_retype(SLOT_WORK, NJ_KIND_UNTYPED, 1, 1 + choose(512), SLOT_CNODE, before));
    NEED(untyped_retype(SLOT_WORK, NJ_KIND_FRAME, 1, CHECKED_PAGES, SLOT_CNODE, frame));
    NEED(frame_map(frame, SLOT_SPACE, CHECKED_AT, NJ_RIGHT_READ));
    for (uint32_t i = 0; i < CHECKED_PAGES * 512u; i++)
        if (words[i] != 0)
            fail("memory that came back is not clear: 0x%lx", (unsigned long)words[i]);
    NEED(cnode_revoke(SLOT_CNODE, SLOT_WORK));
}
