# SPDX-License-Identifier: Apache-2.0
"""Applications that misbehave, in both forms: the record of the crash, the shell while they run, memory to the byte."""
import re

import pytest

FORMS = ["process", "capsule"]
WHERE = r"  at code offset 0x[0-9a-f]+, in {} \+ 0x[0-9a-f]+ \(function \d+\)\n"

CRASHES = [
    ("wild", "", "out of bounds memory access: store to address 0xfffffff0", "wild_store"),
    ("wild", "read", "out of bounds memory access: load from address 0xfffffff0", "wild_load"),
    ("wild", "0x7fff0000", "out of bounds memory access: store to address 0x7fff0000", "wild_store"),
    ("overflow", "", "call stack exhausted", "overflow_recurse"),
    ("trap", "unreachable", "unreachable", "main"),
    ("trap", "divide", "integer divide by zero", "trap_divide"),
    ("trap", "overflow", "integer overflow", "trap_divide"),
    ("trap", "convert", "invalid conversion to integer|integer overflow", "trap_convert"),
    ("trap", "call", "indirect call type mismatch", None),
]


def free_bytes(console):
    return int(re.search(r"free (\d+),", console.run("mstats")).group(1))


@pytest.fixture(scope="module")
def machine(system):
    for name in ["wild", "overflow", "trap", "spin", "hog", "hello"]:
        assert f"{name}: installed" in system.run(f"install {name}")
    return system


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name, argument, cause, function", CRASHES)
def test_a_crash_leaves_a_record_and_no_bytes(machine, name, argument, cause, function, form):
    before = free_bytes(machine)
    output = machine.run(f"start {name} --{form} --wait -- {argument}")
    record = re.search(rf"^{name}: crashed: ({cause})\n(  at .*\n)", output, re.M)
    assert record, output
    if function:
        assert re.fullmatch(WHERE.format(rf"\S*{function}\S*"), record.group(2))
    assert free_bytes(machine) == before
    status = machine.run(f"status {name}")
    assert "crashed" in status and record.group(0) in status, "the record is remembered"
    assert "Hello, world" in machine.run("start hello --wait"), "the system goes on"


@pytest.mark.parametrize("form", FORMS)
def test_a_spinning_application_does_not_keep_the_shell(machine, form):
    before = free_bytes(machine)
    machine.run(f"start spin --{form}")
    machine.wait(r"spin: spinning\n")
    first = int(re.search(r"^  spin .* (\d+) +0$", machine.run("ps"), re.M).group(1))
    assert "Hello, world" in machine.run("start hello --wait"), "another application gets its turns"
    second = int(re.search(r"^  spin .* (\d+) +0$", machine.run("ps"), re.M).group(1))
    assert second > first
    assert "spin: stopped\n" in machine.run("stop spin")
    assert re.search(rf"^  spin +{form} +stopped ", machine.run("status spin"), re.M)
    assert free_bytes(machine) == before


@pytest.mark.parametrize("form", FORMS)
def test_a_hog_gets_its_limit_and_no_more(machine, form):
    before = free_bytes(machine)
    machine.run(f"start hog --{form} --memory 4")
    grown = machine.wait(r"hog: grew from (\d+) to (\d+) pages")
    assert int(grown.group(2)) == 64, "4 MiB in pages of 64 KiB"
    assert "Hello, world" in machine.run("start hello --wait")
    assert "hog: stopped\n" in machine.run("stop hog")
    assert free_bytes(machine) == before


def test_a_hog_of_all_memory_leaves_the_system_running(machine):
    before = free_bytes(machine)
    machine.run("start hog --memory 4096")
    machine.wait(r"hog: grew from \d+ to \d+ pages")
    assert before - free_bytes(machine) > before // 4
    assert "hog: stopped\n" in machine.run("stop hog")
    assert free_bytes(machine) == before


def test_an_application_waiting_for_a_name_can_be_stopped(machine):
    machine.run("install echo-client")
    before = free_bytes(machine)
    machine.run("start echo-client")
    assert "echo-client: stopped\n" in machine.run("stop echo-client")
    assert free_bytes(machine) == before
    machine.run("uninstall echo-client")


def test_a_client_outlives_its_server(machine):
    machine.run("install echo-server")
    machine.run("install echo-client")
    machine.run("start echo-server")
    machine.wait(r"echo-server: ready\n")
    machine.run("start echo-client -- 100000000")
    machine.run("sleep 0.2")
    machine.run("stop echo-server")
    failed = machine.wait(r"echo-client: sent \d+ words, the call answered (-\d+)\n")
    assert failed.group(1) in ("-3", "-13"), "the endpoint is gone, or was lost during a call"
    machine.wait(r"echo-client: exited with code 1\n")
    machine.run("uninstall echo-server")
    machine.run("uninstall echo-client")
