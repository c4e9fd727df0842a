"""Writes bunzip2.json: bzip2 files of Python's own compressor (libbzip2), and the SHA-256 of what they hold."""
import base64
import bz2
import hashlib
import json
import pathlib


def pseudo(count, span, seed=1):
    """Bytes from a linear congruential generator."""
    out = bytearray()
    for _ in range(count):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        out.append((seed >> 16) % span)
    return bytes(out)


cases = {
    "empty": (b"", 9),
    "one byte": (b"a", 9),
    "a run of every length up to 600": (b"".join(bytes([65 + n % 20]) * n for n in range(600)), 1),
    "all bytes": (bytes(range(256)) * 3, 9),
    "noise, in several blocks": (pseudo(130_000, 2) + b"x" * 300 + pseudo(2_000, 256), 1),
    "a million zeros": (bytes(1_000_000), 9),
    "words": (b"the whale, the white whale, the whale of whales; " * 9000, 2),
    "a long code": (b"".join(bytes([i]) * (1 << max(0, i - 1)) + b"~" for i in range(17)), 9),
}
files = [
    {
        "name": name,
        "packed": base64.b64encode(bz2.compress(content, level)).decode(),
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    for name, (content, level) in cases.items()
]
path = pathlib.Path(__file__).with_name("bunzip2.json")
path.write_text(json.dumps(files, indent=2) + "\n")
print(sum(len(file["packed"]) for file in files), "characters")
