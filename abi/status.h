// SPDX-License-Identifier: Apache-2.0
// Kernel status: the answer of every system call. One text each, the same on the console, in logs and in tools.
//
// A status is a fact about a correct program's world ("the slot is empty: it may have been revoked"). What no correct
// program does (an unknown call number, a reserved bit) is not answered with a status: it is a fault.
// Numbers are fixed for ever; new ones are added at the end.
#pragma once

#define NJ_STATUS_LIST(X)                                                                                              \
    X(OK, 0, "done")                                                                                                   \
    X(AGAIN, 1, "progress was made but the work is not finished: call again")                                          \
    X(WOULD_BLOCK, 2, "nobody is ready and the call does not wait")                                                    \
    X(EMPTY_SLOT, 3, "the capability slot is empty")                                                                   \
    X(SLOT_RANGE, 4, "the slot number is outside the capability table")                                                \
    X(SLOT_USED, 5, "the destination slot already holds a capability")                                                 \
    X(WRONG_KIND, 6, "the capability names another kind of object")                                                    \
    X(NO_RIGHT, 7, "the capability lacks the right this needs")                                                        \
    X(BAD_ARGUMENT, 8, "an argument is outside its range")                                                             \
    X(BAD_OPERATION, 9, "the object has no such operation")                                                            \
    X(NO_MEMORY, 10, "the untyped memory has too little left")                                                         \
    X(NEEDS_SUPPLY, 11, "the space has no supplied page left")                                                         \
    X(IN_USE, 12, "the object is in use: it is bound, has descendants, or is not idle")                                \
    X(PEER_LOST, 13, "the other side was destroyed before it answered")                                                \
    X(BAD_ADDRESS, 14, "the address is not mapped in the space, or not with this access")                              \
    X(ALREADY_MAPPED, 15, "the address or the frame is mapped already")                                                \
    X(REFUSED, 16, "the code breaks a rule of the checker")                                                            \
    X(WRONG_STATE, 17, "the object is not in the state this needs")                                                    \
    X(REVOKING, 18, "the capability is being revoked: nothing may be derived from it")                                 \
    X(NO_REPLY_OBJECT, 19, "the receiver waits without a reply object and cannot answer a call")                       \
    X(NOT_AVAILABLE, 20, "the machine does not have this")                                                             \
    X(FAULTED, 21, "the code behind the gate faulted")                                                                 \
    X(OVERRUN, 22, "the caller's budget ran out behind the gate")                                                      \
    X(TOO_DEEP, 23, "the capability has too many ancestors to derive from it while a revoke is under way")

enum nj_status {
    NJ_STATUS_NONE = -1, // no answer of any call; as a signed type, the others need no extension when they are returned
#define X(name, number, text) NJ_##name = number,
    NJ_STATUS_LIST(X)
#undef X
};

// The text of a status, or "unknown status". For any caller; never fails.
static inline const char *nj_status_text(enum nj_status status)
{
    switch (status) {
    case NJ_STATUS_NONE:
        break;
#define X(name, number, text)                                                                                          \
    case NJ_##name:                                                                                                    \
        return text;
        NJ_STATUS_LIST(X)
#undef X
    }
    return "unknown status";
}
