# SPDX-License-Identifier: Apache-2.0
"""The archive maker, read back with a reader of its own (abi/boot.h)."""
import itertools
import struct
import subprocess

import pytest

from machine import BUILD


def make(tmp_path, *pairs):
    out = tmp_path / "archive.img"
    done = subprocess.run([BUILD / "host" / "archive", out, *pairs], capture_output=True, text=True)
    return done, out


def test_files_come_back_and_the_root_server_lies_last(tmp_path):
    contents = {"root": b"\x01" * 4096, "uart": b"u" * 5000, "package/empty": b"", "x" * 47: b"last"}
    pairs = []
    for number, (name, content) in enumerate(contents.items()):
        path = tmp_path / f"file{number}"
        path.write_bytes(content)
        pairs.append(f"{name}={path}")
    done, out = make(tmp_path, *pairs)
    assert done.returncode == 0, done.stderr
    data = out.read_bytes()
    magic, count, size, reserved = struct.unpack_from("<IIII", data)
    assert (magic, count, size, reserved) == (0x31414A4E, 4, len(data), 0)
    assert size % 4096 == 0
    places = [(0, 16 + 56 * count)]
    for number, (name, content) in enumerate(contents.items()):
        stored, offset, length = struct.unpack_from("<48sII", data, 16 + 56 * number)
        assert stored.rstrip(b"\0").decode() == name
        assert offset % 4096 == 0
        assert data[offset:offset + length] == content
        places.append((offset, offset + length))
    root_start = places[1][0]
    assert all(end <= root_start for start, end in places if start != root_start)
    places.sort()
    assert all(first[1] <= second[0] for first, second in itertools.pairwise(places))


@pytest.mark.parametrize("pairs, reason", [
    (["uart={file}"], "root server is the first"),
    (["root={file}", "root={file}"], "root server is the first"),
    (["root={file}", "a={file}", "a={file}"], "twice"),
    (["root={file}", "x" * 48 + "={file}"], "too long"),
    (["root={file}", "noequals"], "NAME=PATH"),
    (["root={file}.absent"], "No such file"),
    (["root={file}"] + ["n%d={file}" % n for n in range(72)], "too many files"),
])
def test_mistakes_are_refused(tmp_path, pairs, reason):
    file = tmp_path / "file"
    file.write_bytes(b"x")
    done, out = make(tmp_path, *(pair.replace("{file}", str(file)) for pair in pairs))
    assert done.returncode != 0 and reason in done.stderr
    assert not out.exists()
