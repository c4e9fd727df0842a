"""What feedparser reads in ../fixtures: items with id, link, title, date, author and the words of the text.

usage: pip install feedparser lxml && python feeds.py > feeds.json
"""
import calendar
import json
import pathlib
import re

import feedparser
import lxml.html

# It would take away markup that it finds unsafe, and with it the text.
feedparser.RESOLVE_RELATIVE_URIS = 0


def words(html, type_):
    if type_ != "text/plain":
        tree = lxml.html.fromstring(f"<div>{html}</div>")
        for each in tree.xpath("//script"):
            each.drop_tree()
        html = " ".join(tree.itertext())
    return re.findall(r"\w+", html)


def item(entry):
    content = (entry.get("content") or [entry.get("summary_detail") or {"value": "", "type": "text/plain"}])[0]
    date = entry.get("published_parsed") or entry.get("updated_parsed")
    return {
        "id": entry.get("id"),
        "link": entry.get("link"),
        "title": " ".join(words(entry.get("title", ""), "text/html")),
        "created": calendar.timegm(date) if date else None,
        "author": entry.get("author_detail", {}).get("name") or entry.get("author"),
        "words": " ".join(words(content["value"], content["type"])),
    }


folder = pathlib.Path(__file__).parent.parent / "fixtures"
files = sorted(path for path in folder.iterdir() if path.suffix in (".xml", ".rdf"))
golden = {path.name: [item(entry) for entry in feedparser.parse(str(path)).entries] for path in files}
print(json.dumps(golden, indent=1, ensure_ascii=False))
