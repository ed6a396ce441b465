// SPDX-License-Identifier: Apache-2.0
// A host call of a WebAssembly module, compiled by the real compiler, in a capsule. This thread stands for the SDK and
// is told by the module when each of its two loops has ended (host_call.wat).
#include "abi/image.h"
#include "test/bench/bench.h"

#define ROUNDS 10000u

extern const uint8_t host_call_image[];

static const struct nj_image *image(void)
{
    return (const struct nj_image *)(const void *)host_call_image;
}

static uint64_t address_of(uint32_t offset)
{
    return (uint64_t)(uintptr_t)(host_call_image + offset);
}

static void load(struct program *program, uint32_t endpoint)
{
    uint64_t offset, rule, code_base, stack_top, copied;
    program->cnode = make(NJ_KIND_CNODE, 8);
    program->space = make(NJ_KIND_SPACE, 0);
    program->code = make(NJ_KIND_CODE, 0);
    program->thread = make(NJ_KIND_THREAD, 0);
    program->sched = make_sched();
    NEED(cnode_copy(program->cnode, 1, SLOT_CNODE, endpoint, NJ_RIGHT_ALL));
    NEED(code_supply(program->code, make(NJ_KIND_UNTYPED, (image()->code.count + 4095) / 4096)));
    NEED(code_fill(program->code, 0, SLOT_SPACE, address_of(image()->code.offset), image()->code.count));
    NEED(code_check(program->code, image()->code.count, &offset, &rule));
    NEED(space_supply(program->space, make(NJ_KIND_UNTYPED, 64)));
    NEED(space_configure(program->space, NJ_SPACE_CAPSULE, program->cnode));
    NEED(space_attach(program->space, program->code, image()->stack_bytes, image()->state_bytes, &code_base,
                      &program->data_base, &stack_top));
    NEED(space_memory(program->space, 0, (uint64_t)image()->memory_pages * 65536));
    NEED(space_copy(program->space, program->data_base - image()->state.count, SLOT_SPACE,
                    address_of(image()->state.offset), image()->state.count, &copied));
    NEED(thread_configure(program->thread, program->space, 100, 100, NJ_SLOT_NONE, 0));
    NEED(thread_bind_sched(program->thread, program->sched));
    NEED(thread_start(program->thread, image()->entry, 0, 0));
}

void bench_host_call(void)
{
    struct program program;
    uint32_t endpoint = make(NJ_KIND_ENDPOINT, 0), reply = make(NJ_KIND_REPLY, 0);
    uint64_t ended[3];
    load(&program, endpoint);
    for (uint32_t i = 0; i < 3; i++) {
        struct entry receive = {.t0 = endpoint, .t1 = 1, .t2 = NJ_SYS_REPLY_RECV, .t3 = reply};
        bench_enter(&receive);
        need_at(receive.word[1] == i ? NJ_OK : NJ_WRONG_STATE, "the module's steps", __LINE__);
        ended[i] = receive.after;
    }
    figure_of("wasm.host_call", (ended[1] - ended[0]) - (ended[2] - ended[1]), ROUNDS);
}
