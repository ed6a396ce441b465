// SPDX-License-Identifier: Apache-2.0
// Fetches work, compiles, hands the image over, cleans up. Everything it is given to read came from outside; it holds
// nothing worth having but memory for the job, and what it makes is checked by the kernel.
#include "lib/object.h"
#include "lib/panic.h"
#include "lib/print.h"
#include "lib/slot.h"
#include "lib/startup.h"
#include "service/compiler/compiler.h"
#include "service/compiler/job.h"
#include "service/compiler/workspace.h"
#include "service/process/archive.h"
#include "service/process/process.h"
#include <stdio.h>

static const uint8_t *archive;
static uint32_t process;
static uint32_t space_slot; // our own space, to be read

static struct compiler_job job_fetch(void)
{
    struct compiler_job job;
    struct message message = {.word = {PROCESS_WORK}, .words = 1};
    enum service_status status = service_call(process, &message, 1);
    if (status != SERVICE_OK || message_get_bytes(&message, 1, &job, sizeof job) != sizeof job) {
        panic("compiler: fetching work: %s", service_status_text(status));
    }
    job.file[sizeof job.file - 1] = 0;
    return job;
}

static void result_send(const struct compiler_result *result)
{
    struct message message = {.word = {PROCESS_RESULT}};
    message_put_bytes(&message, 1, result, sizeof *result);
    message.send_slot = result->status == COMPILER_DONE ? space_slot : NJ_SLOT_NONE;
    enum service_status status = service_call(process, &message, 1);
    if (status != SERVICE_OK) {
        log_printf(LOG_WARN, "compiler: the process manager did not take a result: %s", service_status_text(status));
    }
}

static void job_do(const struct compiler_job *job)
{
    struct compiler_result result = {.job = job->job, .status = COMPILER_REFUSED};
    struct archive_file file;
    if (!archive_find(archive, job->file, &file)) {
        snprintf(result.text, sizeof result.text, "the archive has no file %s", job->file);
        result_send(&result);
        return;
    }
    result.module_bytes = file.size;
    uint64_t size = workspace_first_size(file.size);
    enum job_outcome outcome = JOB_NEEDS_MEMORY;
    while (outcome == JOB_NEEDS_MEMORY && workspace_open(size)) {
        outcome = job_compile(file.bytes, file.size, size, &result);
        if (outcome != JOB_DONE) {
            workspace_close();
        }
        size *= 2;
    }
    if (outcome == JOB_NEEDS_MEMORY) {
        snprintf(result.text, sizeof result.text, "there is not enough memory to compile it: %lu bytes did not do",
                 (unsigned long)size / 2);
    }
    result_send(&result);
    if (outcome == JOB_DONE) {
        workspace_close();
    }
}

int main(void)
{
    archive = (const uint8_t *)(uintptr_t)startup_value("archive");
    component_assert(archive_check(archive, startup_value("archive-bytes")));
    process = startup_slot("process");
    uint32_t self_cnode = startup_slot("self-cnode");
    enum nj_status status = slot_allocate(&space_slot);
    if (status == NJ_OK) {
        status = cnode_copy(self_cnode, space_slot, self_cnode, startup_slot("self-space"), NJ_RIGHT_READ);
    }
    component_assert(status == NJ_OK);
    workspace_init();
    for (;;) {
        struct compiler_job job = job_fetch();
        job_do(&job);
    }
}
