# SPDX-License-Identifier: Apache-2.0
"""Many lives: a thousand installations, starts, stops and removals leave no byte and no slot behind."""
import re

CYCLES = 1000


def cycle(console, form):
    assert "spin: installed" in console.run("install spin")
    assert f"spin: started as a {form}" in console.run(f"start spin --{form}")
    assert "spin: stopped" in console.run("stop spin")
    assert "spin: uninstalled" in console.run("uninstall spin")


def snapshot(console):
    """Every number of mstats, the pages that components touched among them, and everybody's slots."""
    memory = console.run("mstats")
    names = re.findall(r"^  (\S+) +\d+ bytes, ", memory, re.M)
    slots = {name: re.search(r"\d+ capabilities in", console.run(f"capscan {name}")).group(0) for name in names}
    assert len(slots) > 5
    return memory.splitlines(), slots


def test_a_thousand_lives(boot):
    with boot(timeout=300) as console:
        console.wait_prompt()
        console.run("mstats")
        fresh = re.search(r"free \d+", console.run("mstats")).group(0)
        for form in ["process", "capsule"]:  # touches what a component touches once
            cycle(console, form)
        before = snapshot(console)
        assert any(fresh in line for line in before[0]), "the first life left nothing either"
        for count in range(CYCLES):
            cycle(console, "capsule" if count % 2 else "process")
        after = snapshot(console)
        assert [pair for pair in zip(before[0], after[0]) if pair[0] != pair[1]] == []
        assert after == before
