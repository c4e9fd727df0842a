"""Writes sample.json: what Python's ElementTree finds in the sample dumps. usage: python sample.py FOLDER_OF_DUMPS"""
import bz2
import hashlib
import json
import pathlib
import sys
from xml.etree import ElementTree

folder = pathlib.Path(sys.argv[1])
found = {}
for path in sorted(folder.glob("*.xml.bz2")):
    root = ElementTree.fromstring(bz2.open(path).read())
    space = root.tag[: root.tag.index("}") + 1]
    pages = []
    for page in root.iter(f"{space}page"):
        revision = page.findall(f"{space}revision")[-1]
        text = revision.findtext(f"{space}text") or ""
        pages.append(
            {
                "title": page.findtext(f"{space}title"),
                "namespace": int(page.findtext(f"{space}ns")),
                "id": int(page.findtext(f"{space}id")),
                "redirect": page.find(f"{space}redirect") is not None,
                "revision": int(revision.findtext(f"{space}id")),
                "timestamp": revision.findtext(f"{space}timestamp"),
                "sha256": hashlib.sha256(text.encode()).hexdigest()[:16],
            }
        )
    found[path.name] = pages
out = pathlib.Path(__file__).with_name("sample.json")
out.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n")
