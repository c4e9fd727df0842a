"""What the samples of Reddit hold: id, time and a hash of the words of each comment and post that was not deleted
or removed.

usage: python samples.py FOLDER > samples.json
"""
import html
import json
import pathlib
import re
import sys
import zlib

gone = re.compile(r"\[(deleted|removed)\]")


def words(text):
    text = html.unescape(html.unescape(text))
    text = re.sub(r"\]\([^)\s]*\)", "]", text)
    return " ".join(re.findall(r"[^\W_]+", re.sub(r"(?<!\w)/?u/[\w-]+|@\w+", " ", text)))


golden = {}
for name in ("reddit-RC-praw.jsonl", "reddit-RS-praw.jsonl"):
    rows = []
    for line in (pathlib.Path(sys.argv[1]) / name).read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        body = record.get("body", record.get("selftext"))
        if gone.fullmatch(body) or gone.fullmatch(record.get("title", "")) or record.get("removed_by_category"):
            continue
        rows.append([record["id"], int(record["created_utc"]), zlib.crc32(words(record.get("title", "") + " " + body).encode())])
    golden[name] = rows
print(json.dumps(golden, ensure_ascii=False, separators=(",", ":")))
