# SPDX-License-Identifier: Apache-2.0
"""./nj run, bench and debug on the real system, as a user calls them."""
import json
import subprocess

import pytest

from machine import ROOT


def nj(*arguments, typed=None):
    return subprocess.run(["./nj", *arguments], cwd=ROOT, input=typed, stdin=None if typed is not None else
                          subprocess.DEVNULL, capture_output=True, text=True, timeout=300)


def test_run_types_standard_input_and_ends_cleanly():
    done = nj("run", typed="help\npoweroff\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\nnj> " in done.stdout and "switch the machine off" in done.stdout
    assert "\x1b" not in done.stdout and "\r" not in done.stdout


def test_run_without_poweroff_is_an_error():
    done = nj("run", typed="help\n")
    assert done.returncode != 0
    assert done.stderr.splitlines()[-1] == "nj run: input ended without poweroff"


def test_exact_run_can_be_typed_at():
    for _ in range(3):
        done = nj("run", "--exact", "--timeout", "30", typed="help\nmstats\nhelp\npoweroff\n")
        assert done.returncode == 0, done.stdout + done.stderr


def test_boot_takes_the_same_instructions_every_time():
    runs = [nj("bench", "boot", "--json") for _ in range(2)]
    counts = [[line for line in run.stdout.splitlines() if '"instructions"' in line] for run in runs]
    assert counts[0] and counts[0] == counts[1], runs[0].stderr


@pytest.mark.parametrize("options", [["--sv39"], ["--memory", "64M"], ["--memory", "512M"]])
def test_other_machines_reach_the_prompt(options):
    done = nj("run", *options, typed="poweroff\n")
    assert done.returncode == 0, done.stdout + done.stderr


def test_bench_prints_json_lines():
    done = nj("bench", "boot", "size", "--json")
    assert done.returncode == 0, done.stderr
    figures = {figure["name"]: figure for figure in map(json.loads, done.stdout.splitlines())}
    for name, unit in [("boot.to_prompt", "instructions"),
                       ("boot.wall_ms", "ms"), ("size.kernel_text", "bytes"), ("size.root.text", "bytes")]:
        assert figures[name]["unit"] == unit and figures[name]["value"] > 0


def test_debug_stops_in_the_kernel_and_knows_components():
    done = nj("debug", "--batch", "break kernel_syscall; continue; backtrace; component root; info line component_start")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "kernel/" in done.stdout and "service/root/" in done.stdout
