// SPDX-License-Identifier: Apache-2.0
// Serves "echo": answers every message with its own words, the first one plus one. Runs until it is stopped.
#include <nightjar.h>
#include <stdio.h>

int main(void)
{
    int32_t endpoint = nj_serve("echo", 4);
    if (endpoint < 0) {
        printf("echo-server: cannot serve \"echo\": status %d\n", (int)-endpoint);
        return 1;
    }
    printf("echo-server: ready\n");
    struct nj_message message;
    int32_t words = nj_recv(endpoint, &message);
    while (words >= 0) {
        message.word[0]++;
        words = nj_reply_recv(endpoint, &message, (uint32_t)words);
    }
    printf("echo-server: receive failed: status %d\n", (int)-words);
    return 1;
}
