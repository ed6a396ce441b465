// SPDX-License-Identifier: Apache-2.0
// What a program sees of the system in the test harness: an SDK endpoint that prints, tells the time, grows memory.
#include "abi/sdk.h"
#include "abi/status.h"
#include "abi/syscall.h"
#include "test/wasm/sandbox.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

// Operations of abi/sdk.h.
enum operation {
    OPERATION_LOG = 1,
    OPERATION_EXIT = 3,
    OPERATION_GROW = 6,
    OPERATION_ARGUMENTS = 32,
    OPERATION_SIZES = 33,
    OPERATION_ENVIRON = 34,
    OPERATION_ENVIRON_SIZES = 35,
    OPERATION_CLOCK = 37,
    OPERATION_FDSTAT = 39,
    OPERATION_WRITE = 46,
    OPERATION_PROC_EXIT = 48,
};
#define OPERATION_WASI_FIRST 32
#define ERRNO_BADF 8
#define ERRNO_FAULT 21
#define FILETYPE_CHARACTER_DEVICE 2
#define FDSTAT_BYTES 24

static void *memory_at(const struct sandbox *s, uint64_t address, uint64_t bytes)
{
    uint64_t size = (uint64_t)s->pages << 16;
    return address <= size && bytes <= size - address ? (void *)(s->data_base + address) : NULL;
}

static uint64_t now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static uint32_t fd_write(const struct sandbox *s, const uint64_t *a)
{
    uint32_t written = 0;
    if (a[1] != 1 && a[1] != 2)
        return ERRNO_BADF;
    for (uint64_t i = 0; i < a[3]; i++) {
        const uint32_t *vector = memory_at(s, a[2] + 8 * i, 8);
        const void *bytes = vector ? memory_at(s, vector[0], vector[1]) : NULL;
        if (!bytes)
            return ERRNO_FAULT;
        fwrite(bytes, 1, vector[1], a[1] == 1 ? stdout : stderr);
        written += vector[1];
    }
    uint32_t *count = memory_at(s, a[4], sizeof *count);
    if (!count)
        return ERRNO_FAULT;
    *count = written;
    return 0;
}

static uint32_t store(const struct sandbox *s, uint64_t address, const void *bytes, uint32_t count)
{
    void *place = memory_at(s, address, count);
    if (!place)
        return ERRNO_FAULT;
    memcpy(place, bytes, count);
    return 0;
}

static uint32_t sizes_get(const struct sandbox *s, const uint64_t *a)
{
    static const uint32_t none = 0;
    uint32_t errno_first = store(s, a[1], &none, sizeof none);
    return errno_first ? errno_first : store(s, a[2], &none, sizeof none);
}

// a[0] is the operation, a[1] ... its parameters. True if the program ends.
static bool sdk_call(struct sandbox *s, uint64_t *a, int32_t *result)
{
    uint8_t fdstat[FDSTAT_BYTES] = {FILETYPE_CHARACTER_DEVICE};
    uint64_t now = now_ns();
    switch (a[0]) {
    case OPERATION_EXIT:
    case OPERATION_PROC_EXIT:
        s->exit_code = (uint32_t)a[1];
        return true;
    case OPERATION_GROW:
        *result = sandbox_grow(s, (uint32_t)a[1]) ? (int32_t)(s->pages - (uint32_t)a[1]) : -1;
        break;
    case OPERATION_LOG: {
        const void *bytes = memory_at(s, a[2], a[3]);
        *result = bytes ? 0 : -NJ_BAD_ADDRESS;
        if (bytes)
            fprintf(stdout, "%.*s\n", (int)a[3], (const char *)bytes);
        break;
    }
    case OPERATION_CLOCK:
        *result = (int32_t)store(s, a[3], &now, sizeof now);
        break;
    case OPERATION_ARGUMENTS: // there are none
    case OPERATION_ENVIRON:
        *result = 0;
        break;
    case OPERATION_SIZES:
    case OPERATION_ENVIRON_SIZES:
        *result = (int32_t)sizes_get(s, a);
        break;
    case OPERATION_FDSTAT:
        *result = a[1] <= 2 ? (int32_t)store(s, a[2], fdstat, sizeof fdstat) : ERRNO_BADF;
        break;
    case OPERATION_WRITE:
        *result = (int32_t)fd_write(s, a);
        break;
    default:
        *result = a[0] >= OPERATION_WASI_FIRST ? NJ_WASI_ENOSYS : -NJ_BAD_OPERATION;
        break;
    }
    return false;
}

#define REG_T0 5
#define REG_T1 6
#define REG_A0 10
#define REG_T3 28
#define ENDPOINT_SLOT 9
#define ENDPOINT_SENDER 77
#define ENDPOINT_WORDS 4
#define NOTIFICATION_WORD 0x123456789a

// The endpoint answers twice every word; who receives from it gets 1 to 8, or after a reply twice that and one more than
// the reply's first word. Its reply object must be named. Gives the tag.
static int64_t endpoint_call(uint32_t number, const uint64_t *in, uint64_t *out)
{
    const uint64_t *a = in + REG_A0;
    bool is_receiving = number == NJ_SYS_RECV || number == NJ_SYS_TRY_RECV || number == NJ_SYS_REPLY_RECV;
    if (in[REG_T0] != ENDPOINT_SLOT)
        return -NJ_EMPTY_SLOT;
    if (in[REG_T3] != (is_receiving ? NJ_APP_SLOT_REPLY : 0))
        return -NJ_BAD_ARGUMENT;
    for (uint32_t i = 0; i < NJ_MESSAGE_REGISTERS; i++)
        out[REG_A0 + i] = number == NJ_SYS_CALL ? 2 * a[i] : (uint64_t)(i + 1) << (number == NJ_SYS_REPLY_RECV);
    switch (number) {
    case NJ_SYS_CALL:
        return (int64_t)in[REG_T1];
    case NJ_SYS_REPLY_RECV:
        out[REG_A0] = a[0] + 1;
        // fall through
    case NJ_SYS_RECV:
    case NJ_SYS_TRY_RECV:
        out[REG_T0] = ENDPOINT_SENDER;
        return ENDPOINT_WORDS;
    case NJ_SYS_WAIT:
        out[REG_A0] = NOTIFICATION_WORD;
        return 0;
    default:
        return 0;
    }
}

bool system_call(struct sandbox *s, uint32_t number, uint64_t *registers)
{
    static const uint8_t lost[] = {5, 6, 10, 11, 12, 13, 14, 15, 16, 17, 28, 29, 31};
    uint64_t in[32];
    int32_t result = 0;
    int64_t tag = 0;
    memcpy(in, registers, sizeof in);
    for (uint32_t i = 0; i < sizeof lost; i++)
        registers[lost[i]] = 0;
    if (number == NJ_SYS_CALL && in[REG_T0] == NJ_APP_SLOT_SDK) {
        if (sdk_call(s, in + REG_A0, &result))
            return true;
        registers[REG_A0] = (uint32_t)result;
        tag = 1;
    } else if (number == NJ_SYS_TIME) {
        registers[REG_A0] = now_ns();
    } else if (number != NJ_SYS_YIELD) {
        tag = endpoint_call(number, in, registers);
    }
    registers[REG_T1] = (uint64_t)tag;
    return false;
}
