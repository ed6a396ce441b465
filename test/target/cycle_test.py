# SPDX-License-Identifier: Apache-2.0
"""Many lives: a thousand installations, starts, stops and removals leave no byte and no slot behind."""
import re

CYCLES = 1000


def snapshot(console):
    memory = console.run("mstats")
    slots = {}
    for component in ["process", "sdk", "compiler", "memory", "console", "supervisor"]:
        slots[component] = re.search(r"(\d+) capabilities in", console.run(f"capscan {component}")).group(1)
    return memory, slots


def test_a_thousand_lives(boot):
    with boot(timeout=300) as console:
        console.wait_prompt()
        before = snapshot(console)
        for cycle in range(CYCLES):
            form = "capsule" if cycle % 2 else "process"
            assert "spin: installed" in console.run("install spin")
            assert f"spin: started as a {form}" in console.run(f"start spin --{form}")
            assert "spin: stopped" in console.run("stop spin")
            assert "spin: uninstalled" in console.run("uninstall spin")
        assert snapshot(console) == before
