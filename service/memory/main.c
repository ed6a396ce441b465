// SPDX-License-Identifier: Apache-2.0
// The memory manager. Owns all memory that root left, takes back root's own, and hands out blocks of it.
//
// Node n of the buddy tree is the untyped capability in slot node_slots + n. A client never gets a node itself but a
// child that covers it; so revoking the node takes back everything the client made, wherever its capabilities went.
#include "lib/object.h"
#include "lib/panic.h"
#include "lib/print.h"
#include "lib/slot.h"
#include "lib/start.h"
#include "lib/startup.h"
#include "service/memory/block.h"
#include "service/memory/buddy.h"

#define PAGE 4096u
#define ARENAS_MAX 96u

static struct buddy buddy;
static uint32_t self_cnode;
static uint32_t node_slots; // slot of node 0
static uint32_t hand_slot;  // a child on its way to a client
static uint64_t boot_bytes; // that came back from root

static enum nj_status node_split(uint32_t node, uint32_t child, uint64_t half_pages)
{
    return untyped_retype(node_slots + node, NJ_KIND_UNTYPED, 2, half_pages, self_cnode, node_slots + child);
}

static enum nj_status node_reclaim(uint32_t node)
{
    return cnode_revoke(self_cnode, node_slots + node);
}

// Cuts what is left of an untyped capability into arenas, the largest first.
static void add_arenas(uint32_t untyped)
{
    uint64_t bytes, left;
    if (untyped_info(untyped, &bytes, &left) != NJ_OK)
        return;
    uint64_t pages = left / PAGE;
    for (uint32_t order = BUDDY_ORDERS; order-- > 0;) {
        while (pages >= 1ull << order) {
            uint32_t slot = node_slots + buddy_next_arena(&buddy);
            if (untyped_retype(untyped, NJ_KIND_UNTYPED, 1, 1ull << order, self_cnode, slot) != NJ_OK)
                return;
            if (!buddy_add_arena(&buddy, order)) {
                log_printf(LOG_WARN, "%u pages are not used: too many pieces of memory", (unsigned)pages);
                enum nj_status status = cnode_delete(self_cnode, slot);
                component_assert(status == NJ_OK);
                return;
            }
            pages -= 1ull << order;
        }
    }
}

// Root has ended: everything that was made from this untyped capability goes, and its memory is ours.
static uint64_t take_back(const char *name)
{
    uint32_t slot;
    uint64_t bytes = 0, left;
    if (!startup_find(name, &slot))
        return 0;
    enum nj_status status = cnode_revoke(self_cnode, slot);
    if (status == NJ_OK)
        status = untyped_info(slot, &bytes, &left);
    if (status != NJ_OK)
        panic("%s did not come back: %s", name, nj_status_text(status));
    add_arenas(slot);
    return bytes;
}

static void gather_memory(void)
{
    static const struct buddy_hooks hooks = {node_split, node_reclaim};
    buddy_init(&buddy, &hooks, ARENAS_MAX);
    block_init();
    const struct nj_startup_entry *boot = startup_entry("boot-memory");
    for (uint64_t i = 0; boot && i < boot->value; i++)
        add_arenas(boot->slot + (uint32_t)i);
    boot_bytes = take_back("root-memory") + take_back("root-file");
    log_printf(LOG_INFO, "root: returned %u bytes; %u KiB free", (unsigned)boot_bytes,
               (unsigned)(buddy.free_pages * PAGE / 1024));
}

static enum service_status answer_of(enum nj_status status)
{
    switch (status) {
    case NJ_OK:
        return SERVICE_OK;
    case NJ_NO_MEMORY:
        return SERVICE_NO_MEMORY;
    case NJ_SLOT_USED:
        return SERVICE_FULL;
    default:
        return SERVICE_FAILED;
    }
}

static void node_give_up(uint32_t node)
{
    enum nj_status status = buddy_free(&buddy, node);
    if (status != NJ_OK)
        log_printf(LOG_ERROR, "a block stays lost: %s", nj_status_text(status));
}

// Makes the client's capability in hand_slot. On anything but OK nothing has changed.
static enum service_status block_make(uint32_t order, uint32_t *node)
{
    enum service_status answer = answer_of(buddy_allocate(&buddy, order, node));
    if (answer != SERVICE_OK)
        return answer;
    answer = answer_of(untyped_retype(node_slots + *node, NJ_KIND_UNTYPED, 1, 1ull << order, self_cnode, hand_slot));
    if (answer != SERVICE_OK)
        node_give_up(*node);
    return answer;
}

// Answers the client itself, because what it could not take must come back.
static void serve_allocate(struct message *message)
{
    uint32_t node;
    uint64_t id = 0;
    char name[MEMORY_NAME_BYTES] = {0};
    uint64_t bytes = message->word[1];
    uint32_t order = buddy_order(bytes / PAGE + (bytes % PAGE != 0));
    if (message->words < 2 || bytes == 0) {
        service_answer(message, SERVICE_BAD_REQUEST);
        message_reply(message->reply_slot, message);
        return;
    }
    if (message_get_bytes(message, 2, name, sizeof(name)) == sizeof(name))
        name[sizeof(name) - 1] = '\0';
    enum service_status answer = block_make(order, &node);
    if (answer == SERVICE_OK && !block_add(node, (uint64_t)PAGE << order, message->badge, name, &id)) {
        node_give_up(node);
        answer = SERVICE_FULL;
    }
    service_answer(message, answer);
    if (answer == SERVICE_OK) {
        message->word[1] = id;
        message->word[2] = (uint64_t)PAGE << order;
        message->words = 3;
        message->send_slot = hand_slot;
    }
    message_reply(message->reply_slot, message);

    struct cnode_slot left;
    if (answer == SERVICE_OK && cnode_inspect(self_cnode, hand_slot, &left) == NJ_OK && left.kind != NJ_KIND_EMPTY) {
        block_remove(node);
        node_give_up(node);
    }
}

static void serve_free(struct message *message)
{
    uint32_t node = message->words >= 2 ? block_find(message->word[1], message->badge) : BUDDY_NONE;
    if (node == BUDDY_NONE) {
        service_answer(message, SERVICE_NOT_FOUND);
        return;
    }
    enum service_status answer = answer_of(buddy_free(&buddy, node));
    if (answer == SERVICE_OK)
        block_remove(node);
    service_answer(message, answer);
}

static void serve_stats(struct message *message)
{
    uint32_t largest = buddy_largest(&buddy);
    struct memory_stats stats = {
        .total = buddy.total_pages * PAGE,
        .free = buddy.free_pages * PAGE,
        .largest = largest < BUDDY_ORDERS ? (uint64_t)PAGE << largest : 0,
        .boot = boot_bytes,
        .blocks = buddy.taken,
    };
    service_answer(message, SERVICE_OK);
    message_put_bytes(message, 1, &stats, sizeof(stats));
}

static void serve_owner(struct message *message)
{
    struct memory_owner owner;
    if (message->words < 2 || message->word[1] >= OWNERS_MAX || !block_owner((uint32_t)message->word[1], &owner)) {
        service_answer(message, SERVICE_NOT_FOUND);
        return;
    }
    service_answer(message, SERVICE_OK);
    message_put_bytes(message, 1, &owner, sizeof(owner));
}

// Leaves the answer in `message`, or true when the client was answered already.
static bool serve(struct message *message)
{
    switch (message->words > 0 ? message->word[0] : 0) {
    case MEMORY_ALLOCATE:
        serve_allocate(message);
        return true;
    case MEMORY_FREE:
        serve_free(message);
        return false;
    case MEMORY_STATS:
        serve_stats(message);
        return false;
    case MEMORY_OWNER:
        serve_owner(message);
        return false;
    default:
        service_answer(message, SERVICE_BAD_OPERATION);
        return false;
    }
}

int main(void)
{
    self_cnode = startup_slot("self-cnode");
    if (slot_allocate(&hand_slot) != NJ_OK || slot_allocate_run(BUDDY_NODES, &node_slots) != NJ_OK)
        panic("the capability table is too small: %u slots are free", (unsigned)slot_free_count());
    gather_memory();

    uint32_t endpoint = startup_slot("serve");
    struct message message = {.reply_slot = startup_slot("reply")};
    enum nj_status status = message_recv(endpoint, &message);
    for (;;) {
        if (status != NJ_OK)
            panic("receive: %s", nj_status_text(status));
        if (serve(&message))
            status = message_recv(endpoint, &message);
        else
            status = message_reply_recv(endpoint, &message);
    }
}
