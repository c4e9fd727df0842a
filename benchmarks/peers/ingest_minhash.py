"""Peer of `ingest --case minhash`: datatrove's signatures (its buckets are sorted on disk afterwards, which is left out), or, with `rensa`
as second argument, rensa's RMinHash and RMinHashLSH with as many hashes and buckets over the same runs of words. It takes the first
20 MB of text at most: the rest would be more of the same. usage: python peers/ingest_minhash.py MEGABYTES [rensa]"""
import importlib.metadata
import sys

from ingest_common import first_texts, report

which = sys.argv[2] if len(sys.argv) > 2 else "datatrove"
texts = first_texts("minhash", sys.argv[1], 20_000_000)
size = sum(len(text.encode()) for text in texts)


def with_datatrove():
    from datatrove.pipeline.dedup.minhash import MinhashConfig, MinhashDedupSignature
    from datatrove.utils.hashing import HashConfig

    # Its default, xxhash, refuses strings in some versions of that package.
    stage = MinhashDedupSignature("/tmp", MinhashConfig(hash_config=HashConfig(hash_fc="sha1")))
    for text in texts:
        shingles = stage.get_shingles(text)
        if shingles.size:
            stage.get_signature(shingles)
    return f"{len(texts)} signatures"


def with_rensa():
    from rensa import RMinHash, RMinHashLSH

    lsh, left = RMinHashLSH(threshold=0.7, num_perm=112, num_bands=14), 0
    for i, text in enumerate(texts):
        words = text.lower().split()
        signature = RMinHash(num_perm=112, seed=1)
        signature.update([" ".join(words[j : j + 5]) for j in range(max(1, len(words) - 4))])
        if not lsh.query(signature):
            lsh.insert(i, signature)
            left += 1
    return f"{left} of {len(texts)} documents left"


report(size, with_rensa if which == "rensa" else with_datatrove, f"{which} {importlib.metadata.version(which)}")
