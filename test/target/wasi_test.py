# SPDX-License-Identifier: Apache-2.0
"""What a C program sees of WASI and of Nightjar's own imports: one program that checks everything from inside."""
import subprocess

import pytest

from machine import ROOT

PROGRAM = r"""
#include <errno.h>
#include <nightjar.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <wasi/api.h>

static int failures;

static void check(int is_true, const char *what)
{
    printf("%s: %s\n", is_true ? "good" : "BAD", what);
    failures += !is_true;
}

static uint64_t clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void check_streams(void)
{
    struct stat status;
    char byte;
    check(isatty(1) && isatty(0), "standard streams are terminals");
    check(read(0, &byte, 1) == 0, "standard input is at its end");
    check(lseek(1, 0, SEEK_SET) == -1 && errno == ESPIPE, "a terminal has no position");
    check(fstat(1, &status) == 0 && S_ISCHR(status.st_mode), "fstat");
    check(write(7, "x", 1) == -1 && errno == EBADF, "no such descriptor");
    check(write(0, "x", 1) == -1 && errno == EBADF, "standard input cannot be written");
    __wasi_ciovec_t outside = {(const uint8_t *)0xfffffff0u, 64};
    size_t written;
    check(__wasi_fd_write(1, &outside, 1, &written) == __WASI_ERRNO_FAULT, "a vector outside the memory");
    check(__wasi_fd_write(1, (const void *)0xfffffff8u, 2, &written) == __WASI_ERRNO_FAULT, "vectors outside the memory");
    check(close(2) == 0 && write(2, "x", 1) == -1 && errno == EBADF, "a closed stream");
}

static void check_time(void)
{
    uint64_t begin = clock_ns();
    check(usleep(30000) == 0, "usleep");
    uint64_t slept = clock_ns() - begin;
    check(slept >= 30000000, "it sleeps long enough");
    begin = nj_time_now();
    check(nj_sleep(20000000) == 0 && nj_time_now() - begin >= 20000000, "nj_sleep");
    check(nj_sleep(0) == 0, "no sleep at all");
    __wasi_timestamp_t time;
    check(__wasi_clock_time_get(9, 1, &time) == __WASI_ERRNO_INVAL, "no such clock");
    check(clock_getres(CLOCK_REALTIME, &(struct timespec){0}) == 0, "clock resolution");
}

static void check_memory(void)
{
    char *large = malloc(5000000);
    check(large != NULL, "five million bytes");
    memset(large, 7, 5000000);
    check(large[4999999] == 7, "all of them");
    void *volatile huge = malloc(1000000000);
    check(huge == NULL, "a billion is refused");
    free(large);
    check(__builtin_wasm_memory_grow(0, 0) == __builtin_wasm_memory_size(0), "growing by nothing");
    check(__builtin_wasm_memory_grow(0, 65536) == (size_t)-1, "growing beyond everything");
}

static void check_messages(void)
{
    struct nj_message message = {0};
    check(nj_call(1 << 20, &message, 1) < 0 && nj_call(17, &message, 1) < 0, "no such slot");
    check(nj_call(-1, &message, 1) < 0, "a negative slot");
    int32_t slot = nj_serve("test", 4);
    check(slot > 0, "serve");
    check(nj_serve("test", 4) < 0, "a name is served once");
    check(nj_serve("", 0) < 0 && nj_serve("x", 1000) < 0, "names have 1 to 31 bytes");
    check(nj_serve((const char *)0xfffffff0u, 31) < 0, "a name outside the memory");
    check(nj_try_recv(slot, &message) < 0, "nobody calls");
    check(nj_send(slot, &message, 1) < 0, "the receiving end does not send");
    int32_t client = nj_connect("test", 4);
    check(client > 0 && client != slot, "connect to oneself");
    check(nj_try_send(client, &message, 1) < 0, "nobody receives");
    check(nj_log(NJ_LOG_INFO, "a line\x1b[2J", 10) == 0, "log");
    check(nj_log(77, "a line", 6) < 0, "no such level");
    check(nj_log(NJ_LOG_INFO, (const char *)0xffffff00u, 256) < 0, "a text outside the memory");
}

int main(int count, char **arguments)
{
    check(count == 3 && strcmp(arguments[1], "one") == 0 && strcmp(arguments[2], "two words") == 0, "arguments");
    check(arguments[count] == NULL, "their end");
    check(getenv("PATH") == NULL, "no environment");
    check(__wasi_random_get((uint8_t *)&count, 4) == __WASI_ERRNO_NOSYS, "no entropy is no entropy");
    check_time();
    check_memory();
    check_messages();
    check_streams();
    printf("%d failures\n", failures);
    return failures == 0 ? 7 : 1;
}
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wasi")
    (folder / "wasi.c").write_text(PROGRAM)
    module = ["clang-16", "--target=wasm32-wasi", "-isystem", "/usr/include/wasm32-wasi", "-O1", "-I",
              str(ROOT / "sdk/include"), "-c", "-o", str(folder / "wasi.o"), str(folder / "wasi.c")]
    link = ["wasm-ld-16", "--stack-first", "-z", "stack-size=16384", "-L/usr/lib/wasm32-wasi", "-o",
            str(folder / "wasi.wasm"), "/usr/lib/wasm32-wasi/crt1-command.o", str(folder / "wasi.o"), "-lc",
            "/usr/lib/llvm-16/lib/clang/16/lib/wasi/libclang_rt.builtins-wasm32.a"]
    subprocess.run(module, check=True)
    subprocess.run(link, check=True)
    return folder / "wasi.wasm"


def test_a_program_checks_from_inside(boot, program):
    with boot(files=[program]) as console:
        console.wait_prompt()
        assert "wasi: installed" in console.run("install wasi")
        for form in ["process", "capsule"]:
            output = console.run(f"start wasi --{form} --wait -- one 'two words'")
            assert "BAD" not in output and "\n0 failures\nwasi: exited with code 7\n" in output, output
            assert output.count("good: ") > 35
