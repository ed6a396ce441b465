// SPDX-License-Identifier: Apache-2.0
// Talks to echo-server: sends messages of 1 to 8 words, checks every word of the answers, measures the round trip.
#include <nightjar.h>
#include <stdio.h>
#include <stdlib.h>

static int message_check(int32_t endpoint, uint32_t words, uint64_t seed)
{
    struct nj_message message = {0};
    for (uint32_t i = 0; i < words; i++) {
        message.word[i] = seed * (i + 1);
    }
    int32_t answered = nj_call(endpoint, &message, words);
    if (answered != (int32_t)words) {
        printf("echo-client: sent %u words, the call answered %d\n", (unsigned)words, (int)answered);
        return 1;
    }
    for (uint32_t i = 0; i < words; i++) {
        uint64_t expected = seed * (i + 1) + (i == 0);
        if (message.word[i] != expected) {
            printf("echo-client: word %u is %llu, expected %llu\n", (unsigned)i, (unsigned long long)message.word[i],
                   (unsigned long long)expected);
            return 1;
        }
    }
    return 0;
}

int main(int count, char **arguments)
{
    uint32_t messages = count > 1 ? (uint32_t)strtoul(arguments[1], NULL, 10) : 1000;
    int32_t endpoint = nj_connect("echo", 4);
    if (endpoint < 0) {
        printf("echo-client: cannot connect to \"echo\": status %d\n", (int)-endpoint);
        return 1;
    }
    uint64_t begin = nj_time_now();
    for (uint32_t i = 0; i < messages; i++) {
        if (message_check(endpoint, 1 + i % 8, i)) {
            return 1;
        }
    }
    uint64_t each = messages ? (nj_time_now() - begin) / messages : 0;
    printf("echo-client: %u messages echoed, %llu ns each\n", (unsigned)messages, (unsigned long long)each);
    return 0;
}
