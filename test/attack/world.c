// SPDX-License-Identifier: Apache-2.0
// The attackers' world: two tables that all share, a process, capsules, a process with an image, threads in them; and two
// private ones. Everything is made of SLOT_WORK.
#include "test/attack/attack.h"
#include "test/fuzz/mutate.h"

#define SUPPLY_PAGES 80u
#define IMAGE_STACK_BYTES 4096u
#define IMAGE_STATE_BYTES 4096u
#define IMAGE_WORDS_MAX 512u

static struct attack_request requests[REQUEST_COUNT];
static uint32_t mutant[IMAGE_WORDS_MAX];
static uint64_t data_bases[5]; // of the spaces with an image
static uint32_t next_slot;     // for supplies
static bool image_reads;       // the private image in a process only reads

static uint32_t image_words(void)
{
    return (uint32_t)(attack_image_end - attack_image);
}

static void make(enum nj_kind kind, uint32_t count, uint64_t size, uint32_t slot)
{
    NEED(untyped_retype(SLOT_WORK, kind, count, size, SLOT_CNODE, slot));
}

static uint32_t make_memory(uint32_t pages)
{
    uint32_t slot = next_slot++;

    make(NJ_KIND_UNTYPED, 1, pages, slot);
    return slot;
}

static void make_objects(void)
{
    static const struct {
        uint16_t kind, count, size, slot;
    } objects[] = {
        {NJ_KIND_THREAD, 8, 0, SLOT_THREADS},     {NJ_KIND_SCHED, 8, 0, SLOT_SCHEDS},
        {NJ_KIND_ENDPOINT, 4, 0, SLOT_ENDPOINTS}, {NJ_KIND_NOTIFICATION, 4, 0, SLOT_NOTIFICATIONS},
        {NJ_KIND_REPLY, 6, 0, SLOT_REPLIES},      {NJ_KIND_SPACE, 4, 0, SLOT_SPACES},
        {NJ_KIND_CODE, 3, 0, SLOT_CODES},         {NJ_KIND_FRAME, 3, 2, SLOT_FRAMES},
        {NJ_KIND_CNODE, 2, 128, SLOT_CNODES},     {NJ_KIND_CNODE, 2, 32, SLOT_CNODES + 2},
        {NJ_KIND_UNTYPED, 8, 12, SLOT_UNTYPEDS},  {NJ_KIND_FRAME, 1, 512, SLOT_FRAMES + 3},
    };

    for (uint32_t i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
        make((enum nj_kind)objects[i].kind, objects[i].count, objects[i].size, WORLD(objects[i].slot));
    make(NJ_KIND_THREAD, 2, 0, WORLD_PRIVATE_THREADS);
    make(NJ_KIND_SCHED, 2, 0, WORLD_PRIVATE_SCHEDS);
    make(NJ_KIND_SPACE, 2, 0, WORLD_PRIVATE_SPACES);
    make(NJ_KIND_CNODE, 2, CHILD_SLOTS, WORLD_PRIVATE_CNODES);
    make(NJ_KIND_CODE, 1, 0, WORLD_PRIVATE_CODE);
    make(NJ_KIND_THREAD, 2, 0, WORLD_VECTOR_THREADS);
    make(NJ_KIND_SCHED, 2, 0, WORLD_VECTOR_SCHEDS);
    make(NJ_KIND_SPACE, 1, 0, WORLD_VECTOR_SPACE);
    for (uint32_t i = 0; i < 2; i++)
        NEED(untyped_retype(SLOT_WORK, NJ_KIND_UNTYPED, 4, 8, WORLD(SLOT_CNODES + i), SLOT_UNTYPEDS));
    for (uint32_t i = 0; i < 3; i++)
        NEED(interrupt_get(SLOT_INTERRUPT_CONTROL, 1 + i, SLOT_CNODE, WORLD(SLOT_INTERRUPTS + i)));
    NEED(cnode_copy(SLOT_CNODE, WORLD_TEXT, SLOT_CNODE, SLOT_TEXT, NJ_RIGHT_ALL));
    for (uint32_t i = 0; i < attackers; i++) {
        NEED(frame_slice(SLOT_COUNTERS, i, 1, SLOT_CNODE, WORLD_COUNTERS + i));
        NEED(cnode_mint(SLOT_CNODE, WORLD_FAULTS + i, SLOT_CNODE, SLOT_FAULTS, NJ_RIGHT_ALL, i + 1u));
    }
}

static void seal(uint32_t slot, const uint32_t *words, uint32_t count)
{
    uint64_t offset, rule;

    NEED(code_supply(slot, make_memory(1)));
    NEED(code_fill(slot, 0, SLOT_SPACE, (uint64_t)(uintptr_t)words, count * 4ull));
    NEED(code_check(slot, count * 4ull, &offset, &rule));
}

// A mutant of the attacker, often from nothing at all.
static void make_code(void)
{
    struct mutator mutator = {choose(UINT64_MAX) | 1u};
    uint32_t count = image_words();

    if (count > IMAGE_WORDS_MAX)
        fail("the attacker's image is too long");
    for (uint32_t i = 0; i < count; i++)
        mutant[i] = attack_image[i];
    if (choose(4) == 0)
        mutate_from_nothing(&mutator, mutant, count);
    else
        mutate_program(&mutator, mutant, count, (uint32_t)choose(8));
    seal(WORLD(SLOT_CODES), attack_image, count);
    seal(WORLD(SLOT_CODES + 1), mutant, count);
    seal(WORLD_PRIVATE_CODE, attack_image, count);
    NEED(code_supply(WORLD(SLOT_CODES + 2), make_memory(2)));
}

static void make_requests(void)
{
    struct script script = {.random = choose(UINT64_MAX) | 1u};
    uint64_t now = nj_time();

    for (uint32_t i = 0; i < REQUEST_COUNT; i++) {
        struct request request;
        if (choose(8) == 0)
            request_anything(&script, &request);
        else
            request_sensible(&script, &request, now);
        requests[i] = (struct attack_request){
            .capability = request.capability, .tag = request.tag, .reply = request.reply, .number = request.number};
        for (uint32_t word = 0; word < 8; word++)
            requests[i].words[word] = request.words[word];
    }
}

static void make_image_space(uint32_t space, enum nj_space_type type, uint32_t cnode, uint32_t code,
                             uint64_t *data_base)
{
    uint64_t code_base, stack_top, copied;

    NEED(space_supply(space, make_memory(SUPPLY_PAGES)));
    NEED(space_configure(space, type, cnode));
    NEED(space_attach(space, code, IMAGE_STACK_BYTES, IMAGE_STATE_BYTES, &code_base, data_base, &stack_top));
    NEED(space_memory(space, 0, IMAGE_MEMORY_BYTES));
    make_requests();
    NEED(
        space_copy(space, *data_base + REQUESTS, SLOT_SPACE, (uint64_t)(uintptr_t)requests, sizeof(requests), &copied));
}

static void make_process(uint32_t space, uint32_t cnode, uint32_t text)
{
    NEED(space_supply(space, make_memory(SUPPLY_PAGES)));
    NEED(space_configure(space, NJ_SPACE_PROCESS, cnode));
    NEED(frame_map(text, space, NJ_COMPONENT_BASE, NJ_RIGHT_READ | NJ_RIGHT_EXECUTE));
    NEED(space_memory(space, SETTING_MEMORY, PROCESS_MEMORY_BYTES));
}

static void make_spaces(void)
{
    uint32_t first = WORLD(SLOT_SPACES);

    make_process(first, WORLD(SLOT_CNODES), WORLD_TEXT);
    NEED(cnode_copy(SLOT_CNODE, next_slot, SLOT_CNODE, SLOT_TEXT, NJ_RIGHT_ALL));
    make_process(WORLD_VECTOR_SPACE, WORLD_PRIVATE_CNODES + 1, next_slot++);
    make_image_space(first + 1, NJ_SPACE_CAPSULE, WORLD(SLOT_CNODES + 1), WORLD(SLOT_CODES), &data_bases[0]);
    make_image_space(first + 2, NJ_SPACE_CAPSULE, WORLD(SLOT_CNODES + 1), WORLD(SLOT_CODES + 1), &data_bases[1]);
    make_image_space(first + 3, NJ_SPACE_PROCESS, WORLD(SLOT_CNODES + 1), WORLD(SLOT_CODES), &data_bases[2]);
    make_image_space(WORLD_PRIVATE_SPACES, NJ_SPACE_CAPSULE, WORLD_PRIVATE_CNODES, WORLD_PRIVATE_CODE, &data_bases[3]);
    make_image_space(WORLD_PRIVATE_SPACES + 1, NJ_SPACE_PROCESS, WORLD_PRIVATE_CNODES + 1, WORLD_PRIVATE_CODE,
                     &data_bases[4]);
}

uint32_t world_space(uint32_t attacker)
{
    static const uint8_t spaces[ATTACKER_PRIVATE] = {0, 0, 0, 0, 1, 1, 2, 3};

    if (attacker >= ATTACKER_VECTOR)
        return WORLD_VECTOR_SPACE;
    return attacker < ATTACKER_PRIVATE ? (uint32_t)WORLD(SLOT_SPACES) + spaces[attacker]
                                       : WORLD_PRIVATE_SPACES + attacker - ATTACKER_PRIVATE;
}

// Two into each of the capsules: the attackers', the mutant's, and the one whose space nobody has a capability to.
static void make_gates(void)
{
    static const uint8_t owners[] = {4, ATTACKER_MUTANT, ATTACKER_PRIVATE};
    uint64_t offset = (uint64_t)(attack_gate - attack_image) * 4u;

    for (uint32_t i = 0; i < 6; i++)
        NEED(space_gate(world_space(owners[i / 2u]), offset, owners[i / 2u], SLOT_CNODE, WORLD(SLOT_GATES + i)));
}

static void share(uint32_t cnode, uint32_t slot)
{
    // What is taken by now, or gone, is left as it is.
    (void)!cnode_copy(cnode, slot, SLOT_CNODE, WORLD(slot), NJ_RIGHT_ALL);
}

static void share_authority(uint32_t number)
{
    uint32_t cnode = WORLD(SLOT_CNODES + number);

    (void)!cnode_copy(cnode, NJ_BOOT_SLOT_CNODE, SLOT_CNODE, cnode, NJ_RIGHT_ALL);
    (void)!cnode_copy(cnode, NJ_BOOT_SLOT_SPACE, SLOT_CNODE, WORLD(SLOT_SPACES + number), NJ_RIGHT_ALL);
    (void)!cnode_copy(cnode, NJ_BOOT_SLOT_SCHED_CONTROL, SLOT_CNODE, SLOT_SCHED_CONTROL, NJ_RIGHT_ALL);
    (void)!cnode_copy(cnode, NJ_BOOT_SLOT_INTERRUPT_CONTROL, SLOT_CNODE, SLOT_INTERRUPT_CONTROL, NJ_RIGHT_ALL);
    harts_share(cnode);
}

static void make_tables(void)
{
    for (uint32_t i = 0; i < 2; i++) {
        share_authority(i);
        for (uint32_t slot = SLOT_THREADS; slot < SLOT_UNTYPEDS; slot++) {
            share(WORLD(SLOT_CNODES + i), slot);
            share(WORLD_PRIVATE_CNODES + i, slot);
        }
        for (uint32_t slot = SLOT_GATES; slot < SLOT_GATES + 6u; slot++) {
            share(WORLD(SLOT_CNODES + i), slot);
            share(WORLD_PRIVATE_CNODES + i, slot);
        }
    }
}

void world_mend(void)
{
    for (uint32_t i = 0; i < 2; i++) {
        share_authority(i);
        for (uint32_t n = 0; n < 12; n++)
            share(WORLD(SLOT_CNODES + i), SLOT_THREADS + (uint32_t)choose(SLOT_UNTYPEDS - SLOT_THREADS));
        share(WORLD(SLOT_CNODES + i), SLOT_GATES + (uint32_t)choose(6));
        share(WORLD_PRIVATE_CNODES + i, SLOT_GATES + (uint32_t)choose(6));
        (void)!space_gate_reset(i == 0 ? (uint32_t)WORLD(SLOT_SPACES) + 1u : (uint32_t)WORLD_PRIVATE_SPACES);
        share(WORLD_PRIVATE_CNODES + i, SLOT_THREADS + (uint32_t)choose(SLOT_UNTYPEDS - SLOT_THREADS));
        if (choose(8) == 0) // until there is no more
            (void)!untyped_retype(SLOT_WORK, NJ_KIND_UNTYPED, 1, 8, WORLD(SLOT_CNODES + i),
                                  SLOT_UNTYPEDS + (uint32_t)choose(8));
    }
}

uint32_t world_thread(uint32_t attacker)
{
    if (attacker >= ATTACKER_VECTOR)
        return WORLD_VECTOR_THREADS + attacker - ATTACKER_VECTOR;
    return attacker < ATTACKER_PRIVATE ? WORLD(SLOT_THREADS + attacker)
                                       : WORLD_PRIVATE_THREADS + attacker - ATTACKER_PRIVATE;
}

static uint32_t world_sched(uint32_t attacker)
{
    if (attacker >= ATTACKER_VECTOR)
        return WORLD_VECTOR_SCHEDS + attacker - ATTACKER_VECTOR;
    return attacker < ATTACKER_PRIVATE ? WORLD(SLOT_SCHEDS + attacker)
                                       : WORLD_PRIVATE_SCHEDS + attacker - ATTACKER_PRIVATE;
}

// The passive attacker handles faults of processes, on their time; a private capsule, now and then, those of a capsule
// and of the private image, where that does nothing else. (Anybody may answer them, a bad tag too: behind that the
// registers are not what a call leaves.)
static uint32_t handler_of(uint32_t attacker)
{
    if (attacker == 1 || attacker == ATTACKER_VECTOR + 1u)
        return WORLD(SLOT_ENDPOINTS + 2);
    if (attacker == 5 || (attacker == ATTACKER_PRIVATE + 1u && image_reads))
        return WORLD(SLOT_FAULTS_OF_IMAGES);
    return WORLD_FAULTS + attacker;
}

// Short turns of odd lengths: preemption comes anywhere.
static void make_thread(uint32_t attacker)
{
    uint64_t budget = 10000 + choose(50000);
    uint64_t page = attacker < ATTACKERS_IN_PROCESS ? PROCESS_MESSAGES + attacker * 4096u
                    : attacker % 2u != 0 || attacker >= ATTACKER_VECTOR ? 0
                                                                        : SETTING_MEMORY + 0x20000 + attacker * 4096u;
    uint32_t priority = attacker == ATTACKER_PRIVATE + 1u && image_reads ? 253 : 252; // its answer lets it go on at once

    NEED(sched_configure(SLOT_SCHED_CONTROL, world_sched(attacker), budget,
                         choose(2) ? budget : budget * (2 + choose(3))));
    NEED(thread_configure(world_thread(attacker), world_space(attacker), priority, 254, handler_of(attacker), page));
    NEED(frame_map(WORLD_COUNTERS + attacker, world_space(attacker), COUNTERS + attacker * 4096u,
                   NJ_RIGHT_READ | NJ_RIGHT_WRITE));
}

static void (*program_of(uint32_t attacker))(uint64_t argument)
{
    if (attacker >= ATTACKER_VECTOR)
        return attack_vectors;
    return attacker == ATTACKER_PASSIVE ? attack_serve : attack;
}

void world_start(uint32_t attacker)
{
    uint64_t argument = choose(1ull << 40) << 8 | attacker;
    uint32_t thread = world_thread(attacker);
    enum nj_status status = thread_suspend(thread);

    // Any of this may fail: it may have been taken apart, or wait for an answer for ever.
    if (status == NJ_OK)
        status = thread_bind_sched(thread, world_sched(attacker));
    const uint32_t *start = attacker == ATTACKER_PRIVATE && choose(2) == 0       ? attack_handle
                            : attacker == ATTACKER_PRIVATE + 1u && image_reads ? attack_read
                                                                               : attack_image;
    if (attacker >= ATTACKERS_IN_PROCESS && attacker < ATTACKER_VECTOR)
        status = thread_start(thread, (uint64_t)(start - attack_image) * 4u, 0, argument);
    else
        status = thread_start(thread, (uint64_t)(uintptr_t)program_of(attacker),
                              SETTING_MEMORY + PROCESS_MEMORY_BYTES - attacker * PROCESS_STACK_BYTES, argument);
    if (status != NJ_OK) // it may be behind a gate
        (void)!thread_resume(thread);
}

void world_make(void)
{
    next_slot = WORLD_NEXT;
    image_reads = choose(2) == 0;
    make_objects();
    make_code();
    make_spaces();
    make_gates();
    make_tables();
    for (uint32_t i = 0; i < attackers; i++) {
        make_thread(i);
        world_start(i);
    }
}

// Takes a capability's copies from everybody, and gives them back.
static void renew(uint32_t slot)
{
    NEED(cnode_revoke(SLOT_CNODE, WORLD(slot)));
    for (uint32_t i = 0; i < 2; i++) {
        share(WORLD(SLOT_CNODES + i), slot);
        share(WORLD_PRIVATE_CNODES + i, slot);
    }
}

// The object goes, and a new one takes its place.
static void replace(uint32_t slot, enum nj_kind kind)
{
    NEED(cnode_revoke(SLOT_CNODE, WORLD(slot)));
    NEED(cnode_delete(SLOT_CNODE, WORLD(slot)));
    enum nj_status status = untyped_retype(SLOT_WORK, kind, 1, 0, SLOT_CNODE, WORLD(slot));
    if (status == NJ_OK)
        renew(slot);
    else if (status != NJ_NO_MEMORY)
        fail("a new object in slot %u: %s", (unsigned)slot, nj_status_text(status));
}

// A thread that uses vector registers ends, and a new one of its space takes its place.
static void replace_vector_user(uint32_t attacker)
{
    if (attackers <= ATTACKER_VECTOR ||
        untyped_retype(SLOT_WORK, NJ_KIND_THREAD, 1, 0, SLOT_CNODE, WORLD_VECTOR_NEXT) != NJ_OK)
        return;
    NEED(cnode_delete(SLOT_CNODE, world_thread(attacker)));
    NEED(cnode_move(SLOT_CNODE, world_thread(attacker), SLOT_CNODE, WORLD_VECTOR_NEXT));
    NEED(thread_configure(world_thread(attacker), WORLD_VECTOR_SPACE, 252, 254, handler_of(attacker), 0));
    world_start(attacker);
}

void world_hurt(void)
{
    uint32_t slot = SLOT_THREADS + (uint32_t)choose(SLOT_UNTYPEDS - SLOT_THREADS),
             attacker = (uint32_t)choose(attackers);
    enum nj_status status = NJ_OK;

    switch (choose(11)) {
    case 10:
        replace_vector_user(ATTACKER_VECTOR + (uint32_t)choose(2));
        break;
    case 0:
        replace(SLOT_ENDPOINTS + (uint32_t)choose(4), NJ_KIND_ENDPOINT);
        break;
    case 1:
        replace(SLOT_REPLIES + (uint32_t)choose(6), NJ_KIND_REPLY);
        break;
    case 2:
        replace(SLOT_NOTIFICATIONS + (uint32_t)choose(4), NJ_KIND_NOTIFICATION);
        break;
    case 3:
        NEED(cnode_revoke(SLOT_CNODE, WORLD(SLOT_UNTYPEDS + (uint32_t)choose(8))));
        break;
    case 4:
        status = thread_unbind_sched(world_thread(ATTACKER_PASSIVE));
        break;
    case 5:
        status = thread_suspend(world_thread(attacker));
        break;
    case 6:
        status = thread_set_priority(world_thread(attacker), 250 + (uint32_t)choose(4), 254, SLOT_SELF);
        break;
    case 7: // rarely: a space ends with its code
        if (choose(32) == 0)
            renew(SLOT_CODES + (uint32_t)choose(3));
        break;
    default:
        if (slot < SLOT_CODES || slot >= SLOT_FRAMES)
            renew(slot);
        break;
    }
    (void)status; // the thread may have nothing left to stop
}

void world_end(void)
{
    uint64_t bytes, left;

    if (choose(2) == 0) // piece by piece first, in any order
        for (uint32_t i = 0; i < 64; i++)
            NEED(cnode_delete(SLOT_CNODE, SLOT_WORLD + (uint32_t)choose(SLOT_WORLD_END - SLOT_WORLD)));
    NEED(cnode_revoke(SLOT_CNODE, SLOT_WORK));
    for (uint32_t slot = SLOT_WORLD; slot < SLOT_WORLD_END; slot++)
        NEED(cnode_delete(SLOT_CNODE, slot));
    NEED(untyped_info(SLOT_WORK, &bytes, &left));
    if (left != bytes)
        fail("only %lu of %lu bytes came back", (unsigned long)left, (unsigned long)bytes);
    harts_check_memory();
    for (uint32_t source = 1; source < 8; source++) // interrupts that attackers took are free again, too
        NEED(interrupt_get(SLOT_INTERRUPT_CONTROL, source, SLOT_CNODE, SLOT_WORLD + source));
    for (uint32_t source = 1; source < 8; source++)
        NEED(cnode_delete(SLOT_CNODE, SLOT_WORLD + source));
}
