# SPDX-License-Identifier: Apache-2.0
"""Fixtures for tests of the real system.

`boot` starts machines for one test; `system` is one machine at its prompt, shared by the tests of a module:

    def test_help(system):
        assert "poweroff" in system.run("help")

    def test_small(boot):
        with boot(memory="32M", files=["build/app/hello.wasm"]) as console:
            console.wait_prompt()
            assert console.power_off() == 0
"""
import contextlib
import os

import pytest

from console import Console
from machine import ROOT, Machine

TIMEOUT_S = 120


def _report(console, name):
    """What the machine said is what a failed test needs; pytest shows it only then."""
    print(f"---- console of {name}\n{console.text}")


@contextlib.contextmanager
def _booted(files=(), name="machine", timeout=TIMEOUT_S, **options):
    packages = [(f"package/{os.path.basename(path)}", ROOT / path) for path in files]
    machine = Machine(files=packages, **options)
    machine.build()
    try:
        with Console(machine.command("-monitor", "none", "-serial", "stdio"), timeout) as console:
            try:
                yield console
            finally:
                _report(console, name)
    finally:
        machine.close()


@pytest.fixture
def boot():
    """A function that boots a machine: files=[paths] as packages, memory=, exact=, sv39=, archive=, timeout=."""
    return _booted


@pytest.fixture(scope="module")
def system():
    """One machine at its prompt. A test that harms the system boots its own with `boot`."""
    with _booted(name="system") as console:
        console.wait_prompt()
        yield console
