# SPDX-License-Identifier: Apache-2.0
"""What the running system takes from the machine, and that the root server gave its part back."""
import re

MIB = 1 << 20


def test_the_system_at_its_prompt_fits_in_two_mib(system):
    memory = system.run("mstats")
    ram = int(re.search(r"machine (\d+) bytes", memory).group(1))
    total, free = map(int, re.search(r"memory (\d+) bytes, free (\d+)", memory).groups())
    assert free == total, "nothing is handed out before the first command that needs memory"
    assert ram - free < 2 * MIB, f"{ram - free} bytes are taken, firmware, kernel and boot archive included"


def test_root_returned_its_memory(boot):
    with boot() as console:
        console.wait_prompt()
        returned = int(re.search(r"memory: root: returned (\d+) bytes", console.text).group(1))
        assert returned > 65536
        assert f"returned after boot {returned}" in console.run("mstats")


def test_no_component_is_short_of_memory(system):
    for name, used, supplied in re.findall(r"^  (\S+) +\d+ bytes, (\d+) of (\d+) pages used", system.run("mstats"), re.M):
        assert int(used) < int(supplied), name
