# SPDX-License-Identifier: Apache-2.0
"""Tables and memory run full: what does not fit is refused by name, what is there goes on, everything comes back."""
import re

import pytest

INSTANCES_MAX = 32


def free_bytes(console):
    return int(re.search(r"free (\d+),", console.run("mstats")).group(1))


def test_all_instances_run_and_no_more(system):
    system.run("install fibonacci")
    before = free_bytes(system)
    for number in range(INSTANCES_MAX):
        form = "capsule" if number % 2 else "process"
        assert f"f{number}: started" in system.run(f"start fibonacci --as f{number} --{form} -- 90")
    refused = system.run("start fibonacci --as more")
    assert "start more: 32 applications run, which is the most; `stop` one\n" in refused
    running = re.findall(r"^  (f\d+) +(?:capsule|process) ", system.run("ps"), re.M)
    assert len(running) == INSTANCES_MAX
    for number in range(INSTANCES_MAX):
        assert f"f{number}: stopped" in system.run(f"stop f{number}")
    assert free_bytes(system) == before
    assert "fibonacci: uninstalled" in system.run("uninstall fibonacci")


def test_all_packages_live_side_by_side(system):
    """Bundles of several sizes come and go; each still finds its own data and names."""
    before = free_bytes(system)
    names = ["hello", "wild", "trap", "primes", "overflow", "fibonacci", "spin", "hog"]

    def check():
        assert "Hello, world, from hello" in system.run("start hello --wait")
        assert "in wild_store +" in system.run("start wild --wait")
        assert "in trap_divide +" in system.run("start trap --wait -- divide")
        assert "primes below 1000: 168" in system.run("start primes --wait -- 1000 1")

    for name in names:
        assert f"{name}: installed" in system.run(f"install {name}")
    check()
    for name in ["wild", "overflow", "hello", "hog"]:
        system.run(f"uninstall {name}")
    for name in ["hog", "hello", "overflow", "wild"]:
        assert f"{name}: installed" in system.run(f"install {name}")
    check()
    for name in names:
        system.run(f"uninstall {name}")
    assert free_bytes(system) == before


@pytest.mark.parametrize("memory", ["16M", "64M"])
def test_no_memory_is_told_and_survived(boot, memory):
    with boot(memory=memory) as console:
        console.wait_prompt()
        for name in ["hog", "hello"]:
            console.run(f"install {name}")
        fresh = free_bytes(console)
        console.run("start hog --memory 4096")
        console.wait(r"hog: grew from \d+ to \d+ pages")
        for number in range(INSTANCES_MAX):  # eat what the hog left
            if "there is not enough free memory" in console.run(f"start hog --as h{number} --memory 4096"):
                break
            console.wait(r"hog: grew from \d+ to \d+ pages")
        assert re.search(r"start hello: there is not enough free memory: \d+ bytes wanted: .*; see `mstats`",
                         console.run("start hello"))
        assert re.search(r"install primes: .*there is not enough", console.run("install primes"))
        console.run("stop hog")
        for stopped in range(number):
            console.run(f"stop h{stopped}")
        assert free_bytes(console) == fresh
        assert "Hello, world" in console.run("start hello --wait")
        assert "primes: installed" in console.run("install primes")
        assert console.power_off() == 0
