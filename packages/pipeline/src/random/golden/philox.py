"""Golden values for the random numbers, from an implementation of its own: Python's integers, no 32-bit tricks.

    python3 philox.py > philox.json

Philox4x32-10: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11, section 3.3. The first three
answers are those that Random123 publishes as known; the script stops if it does not find them.
"""

import json
import math

KNOWN = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


def philox(counter, key):
    (c0, c1, c2, c3), (k0, k1) = counter, key
    for _ in range(10):
        p0 = 0xD2511F53 * c0
        p1 = 0xCD9E8D57 * c2
        c0, c1, c2, c3 = (p1 >> 32) ^ c1 ^ k0, p1 % 2**32, (p0 >> 32) ^ c3 ^ k1, p0 % 2**32
        k0 = (k0 + 0x9E3779B9) % 2**32
        k1 = (k1 + 0xBB67AE85) % 2**32
    return [c0, c1, c2, c3]


def fnv1a64(name):
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = (h ^ byte) * 0x100000001B3 % 2**64
    return h


class Stream:
    def __init__(self, seed, name):
        h = fnv1a64(name)
        self.name = [h % 2**32, h >> 32]
        self.key = [seed % 2**32, seed >> 32]

    def uint32(self, index):
        block = index // 4
        return philox([block % 2**32, block >> 32, *self.name], self.key)[index % 4]

    def uniform(self, index):
        return (self.uint32(index) >> 8) / 2**24

    def below(self, index, bound):
        high, low = self.uint32(2 * index), self.uint32(2 * index + 1)
        return math.floor(((high >> 5) * 2**26 + (low >> 6)) / 2**53 * bound)

    def normal(self, index):
        u = 1 - self.uint32(2 * index) / 2**32
        return math.sqrt(-2 * math.log(u)) * math.cos(2 * math.pi * self.uint32(2 * index + 1) / 2**32)


def words(text):
    return [int(word, 16) for word in text.split()]


blocks = []
for counter, key, answer in KNOWN:
    counter, key, answer = words(counter), words(key), words(answer)
    assert philox(counter, key) == answer, counter
    blocks.append({"counter": counter, "key": key, "answer": answer})

# Counters with all kinds of bits, taken from the generator itself.
for i in range(20):
    a, b = philox([i, 1, 2, 3], [4, 5]), philox([i, 6, 7, 8], [9, 10])
    blocks.append({"counter": a, "key": b[:2], "answer": philox(a, b[:2])})

streams = []
for seed, name in [(0, ""), (1, "shuffle"), (2**53 - 1, "transformer.h.0.attn"), (123456789012, "Größe")]:
    stream = Stream(seed, name)
    streams.append(
        {
            "seed": seed,
            "name": name,
            "nameHash": stream.name,
            "key": stream.key,
            "values": [
                {
                    "index": index,
                    "uint32": stream.uint32(index),
                    "uniform": stream.uniform(index),
                    "below": [[bound, stream.below(index, bound)] for bound in (1, 2, 10, 50257, 2**40)],
                    "normal": stream.normal(index),
                }
                for index in (0, 1, 2, 3, 4, 1000, 2**31, 2**33 + 7, 2**52 - 1)
            ],
        }
    )

print(json.dumps({"blocks": blocks, "streams": streams}, ensure_ascii=False))
