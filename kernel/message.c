// SPDX-License-Identifier: Apache-2.0
// Messages between threads. A tag is checked when its sender enters the kernel; from then on it is trusted.
#include "kernel/message.h"

#include "kernel/arch/arch.h"
#include "kernel/capability.h"
#include "kernel/gate.h"
#include "kernel/syscall.h"
#include "kernel/thread.h"

#define TAG_SENDABLE ((uint64_t)(NJ_TAG_WORDS_MASK | NJ_TAG_CAP) | (0xffffffffull << NJ_TAG_CAP_SHIFT))

bool message_tag_is_valid(uint64_t tag)
{
    bool names_slot = (tag >> NJ_TAG_CAP_SHIFT) != 0;
    bool has_cap = (tag & NJ_TAG_CAP) != 0;

    return (tag & ~TAG_SENDABLE) == 0 && (tag & NJ_TAG_WORDS_MASK) <= NJ_MESSAGE_WORDS && names_slot == has_cap;
}

// The page lies in the memory of its own space, which those it visits have no business with.
/*@ requires thread < THREADS_MAX;
    assigns \nothing;
    ensures \result == NIL || \result == threads[thread].message_page; */
static uint32_t message_page(uint32_t thread)
{
    return gate_is_inside(thread) ? NIL : threads[thread].message_page;
}

enum nj_status message_check(uint32_t sender, bool may_grant)
{
    uint64_t tag = threads[sender].context.reg[REG_TAG];

    if ((tag & NJ_TAG_WORDS_MASK) > NJ_MESSAGE_REGISTERS && message_page(sender) == NIL)
        return NJ_BAD_ARGUMENT;
    if ((tag & NJ_TAG_CAP) != 0 && !may_grant)
        return NJ_NO_RIGHT;
    return NJ_OK;
}

// Words beyond the registers. Returns how many words arrive.
/*@ requires sender < THREADS_MAX && receiver < THREADS_MAX && words <= NJ_MESSAGE_WORDS;
    requires has_page(sender) && has_page(receiver);
    assigns threads[receiver].context.reg[REG_WORD .. REG_WORD + NJ_MESSAGE_REGISTERS - 1];
    assigns pages[threads[receiver].message_page][NJ_MESSAGE_REGISTERS .. words - 1];
    ensures \result == words || \result == NJ_MESSAGE_REGISTERS < words;
    ensures \forall integer i; 0 <= i < NJ_MESSAGE_REGISTERS ==>
        threads[receiver].context.reg[REG_WORD + i] == \old(threads[sender].context.reg[REG_WORD + i]);
    ensures \forall integer i; NJ_MESSAGE_REGISTERS <= i < \result ==>
        pages[threads[receiver].message_page][i] == \old(pages[threads[sender].message_page][i]); */
static uint64_t transfer_words(uint32_t sender, uint32_t receiver, uint64_t words)
{
    uint32_t from = message_page(sender), to = message_page(receiver);

    /*@ loop invariant 0 <= i <= NJ_MESSAGE_REGISTERS;
        loop invariant \forall integer j; 0 <= j < i ==> threads[receiver].context.reg[REG_WORD + j] ==
            \at(threads[sender].context.reg[REG_WORD + j], Pre);
        loop invariant \forall integer j; i <= j < NJ_MESSAGE_REGISTERS ==> threads[sender].context.reg[REG_WORD + j] ==
            \at(threads[sender].context.reg[REG_WORD + j], Pre);
        loop assigns i, threads[receiver].context.reg[REG_WORD .. REG_WORD + NJ_MESSAGE_REGISTERS - 1];
        loop variant NJ_MESSAGE_REGISTERS - i; */
    for (uint32_t i = 0; i < NJ_MESSAGE_REGISTERS; i++)
        threads[receiver].context.reg[REG_WORD + i] = threads[sender].context.reg[REG_WORD + i];
    if (words <= NJ_MESSAGE_REGISTERS)
        return words;
    if (from == NIL || to == NIL)
        return NJ_MESSAGE_REGISTERS;
    /*@ loop invariant NJ_MESSAGE_REGISTERS <= i <= words;
        loop invariant \forall integer j; NJ_MESSAGE_REGISTERS <= j < i ==>
            pages[to][j] == \at(pages[\at(from, Here)][j], Pre);
        loop invariant \forall integer j; i <= j < words ==> pages[from][j] == \at(pages[\at(from, Here)][j], Pre);
        loop assigns i, pages[to][NJ_MESSAGE_REGISTERS .. words - 1];
        loop variant words - i; */
    for (uint32_t i = NJ_MESSAGE_REGISTERS; i < words; i++)
        pages[to][i] = pages[from][i];
    return words;
}

enum nj_status message_source(uint32_t sender, bool may_grant, uint32_t *source)
{
    uint64_t tag = threads[sender].context.reg[REG_TAG];
    uint32_t found;

    *source = NIL;
    if ((tag & NJ_TAG_CAP) == 0 || !may_grant || threads[sender].fault_kind != 0)
        return NJ_OK;
    if (cap_lookup(sender, tag >> NJ_TAG_CAP_SHIFT, &found) != NJ_OK || slots[found].cap.kind >= KIND_ZOMBIE)
        return NJ_OK;
    enum nj_status status = slots[found].cap.kind == NJ_KIND_UNTYPED ? NJ_OK : derive_allowed(found);
    if (status == NJ_AGAIN)
        return NJ_AGAIN;
    if (status == NJ_OK)
        *source = found;
    return NJ_OK;
}

// The capability goes into the slot the receiver named, if that is empty. True: it arrived.
/*@ requires receiver < THREADS_MAX && is_source(source) && table_is_node(receiver) && order_holds && caps_valid;
    assigns slots[..], REFERENCES(slots[source].cap.object);
    CAPS_ARE_VALID */
static bool transfer_cap(uint32_t source, uint32_t receiver)
{
    uint64_t wanted = threads[receiver].context.reg[REG_REPLY] / 0x100000000u;
    struct cap table = thread_table(receiver);

    if (wanted == NJ_SLOT_NONE || wanted >= table.word)
        return false;
    //@ assert 0 < wanted < table.word <= SLOTS_MAX && table.object + table.word <= SLOTS_MAX;
    uint32_t destination = table.object + (uint32_t)wanted;
    //@ assert destination == table.object + wanted;
    //@ assert is_slot(table_slot(receiver)) && kind_of(table_slot(receiver)) == NJ_KIND_CNODE;
    //@ assert 0 < wanted < slots[table_slot(receiver)].cap.word;
    //@ assert destination == slots[table_slot(receiver)].cap.object + wanted;
    //@ assert is_slot(destination) && is_plain(destination);
    if (slots[destination].cap.kind != NJ_KIND_EMPTY)
        return false;
    if (slots[source].cap.kind == NJ_KIND_UNTYPED)
        return cap_move(source, destination) == NJ_OK;
    return cap_derive_allowed(source, destination, NJ_RIGHT_ALL, 0) == NJ_OK;
}

void message_transfer(uint32_t sender, uint32_t receiver, uint64_t badge, uint32_t source)
{
    uint64_t tag = threads[sender].context.reg[REG_TAG];
    uint64_t received = transfer_words(sender, receiver, tag & NJ_TAG_WORDS_MASK);

    if (source != NIL && transfer_cap(source, receiver))
        received |= NJ_TAG_CAP;
    message_finish(receiver, badge, received);
}

void message_finish(uint32_t thread, uint64_t badge, uint64_t tag)
{
    threads[thread].context.reg[REG_BADGE] = badge;
    threads[thread].context.reg[REG_TAG] = tag;
    arch_context_finish_call(thread);
}

void message_forget(uint32_t thread)
{
    if (threads[thread].blocked != 0)
        clear_results(thread);
}

void message_finish_status(uint32_t thread, enum nj_status status)
{
    message_forget(thread);
    message_finish(thread, 0, (uint64_t)(-(int64_t)status));
}
