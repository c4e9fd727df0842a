"""What warcio and trafilatura read in the sample of a WARC file: ids, addresses, dates, and each word of the text by its
CRC-32, for the text is not ours to give on.

usage: pip install warcio trafilatura && python samples.py WARC > samples.json
"""
import json
import re
import sys
import zlib

import trafilatura
from warcio.archiveiterator import ArchiveIterator

records = []
with open(sys.argv[1], "rb") as file:
    for record in ArchiveIterator(file):
        if record.rec_type != "response":
            continue
        html = record.content_stream().read().decode("utf-8")
        meta = trafilatura.extract_metadata(html)
        text = trafilatura.extract(html, favor_precision=True) or ""
        records.append(
            {
                "id": record.rec_headers["WARC-Record-ID"],
                "url": record.rec_headers["WARC-Target-URI"],
                "date": record.rec_headers["WARC-Date"],
                "title": zlib.crc32(meta.title.removesuffix(" - Creative Commons").encode()),
                "words": " ".join(f"{zlib.crc32(word.encode()):08x}" for word in re.findall(r"\w+", text)),
            }
        )
print(json.dumps(records, indent=1, ensure_ascii=False))
