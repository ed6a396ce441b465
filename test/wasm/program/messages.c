// SPDX-License-Identifier: Apache-2.0
// Every messaging import. The harness has one endpoint, at slot 9, that doubles words; no other slot holds anything.
#include "abi/status.h"
#include "sdk/include/nightjar.h"
#include <stdio.h>

#define SLOT 9

static void message_print(const char *what, int32_t result, const struct nj_message *message)
{
    printf("%s %d:", what, (int)result);
    for (int i = 0; i < 8; i++) {
        printf(" %llu", (unsigned long long)message->word[i]);
    }
    printf(", from %llu\n", (unsigned long long)message->sender);
}

int main(void)
{
    static struct nj_message message = {{1, 2, 3, 4, 5, 6, 7, 0x100000000}, 5};
    message_print("call", nj_call(SLOT, &message, 3), &message);
    message_print("call elsewhere", nj_call(3, &message, 3), &message);
    message_print("recv", nj_recv(SLOT, &message), &message);
    message_print("try_recv", nj_try_recv(SLOT, &message), &message);
    message.word[0] = 40;
    message_print("reply_recv", nj_reply_recv(SLOT, &message, 2), &message);
    printf("send %d %d\n", (int)nj_send(SLOT, &message, 8), (int)nj_try_send(2, &message, 8));
    printf("signal %d %d\n", (int)nj_signal(SLOT), (int)nj_signal(4));
    printf("wait %llx %llx\n", (unsigned long long)nj_wait(SLOT), (unsigned long long)nj_wait(4));
    uint64_t before = nj_time_now();
    nj_yield();
    printf("time %s\n", nj_time_now() >= before && before != 0 ? "runs" : "stands");
    printf("sleep %d\n", (int)nj_sleep(5000000000));
    nj_log(NJ_LOG_INFO, "logged", 6);
    nj_exit(3);
}
