// SPDX-License-Identifier: Apache-2.0
#include "lib/service.h"

enum service_status service_call(uint32_t slot, struct message *message, uint32_t least)
{
    enum nj_status status = message_call(slot, message);
    if (status != NJ_OK) {
        message->words = 0;
        return SERVICE_UNREACHABLE;
    }
    if (message->words == 0)
        return SERVICE_BAD_ANSWER;
    enum service_status answer = (enum service_status)message->word[0];
    return answer == SERVICE_OK && message->words < least ? SERVICE_BAD_ANSWER : answer;
}
