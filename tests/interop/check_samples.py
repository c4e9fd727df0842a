"""Compares the documents that our sources make of the sample files with what independent readers find in them: Python's json, bz2 and
ElementTree, warcio, trafilatura, mwparserfromhell.

usage: pip install warcio trafilatura lxml_html_clean mwparserfromhell && python check_samples.py FOLDER_OF_SAMPLES
"""
import bz2
import collections
import datetime
import html
import json
import pathlib
import re
import subprocess
import sys
from xml.etree import ElementTree

import mwparserfromhell
import trafilatura
from warcio.archiveiterator import ArchiveIterator

folder = pathlib.Path(sys.argv[1]).resolve()
here = pathlib.Path(__file__).parent
ours = collections.defaultdict(list)
for line in subprocess.check_output(["node", str(here / "samples.js"), str(folder)]).decode().splitlines():
    document = json.loads(line)
    ours[document["sample"]].append(document)


def read(name):
    return (folder / name).read_text(encoding="utf-8-sig")


def lines(name):
    return [json.loads(line) for line in read(name).split("\n") if line]


def milliseconds(moment):
    return int(datetime.datetime.fromisoformat(moment.replace("Z", "+00:00")).timestamp() * 1000)


def words(text):
    return collections.Counter(re.findall(r"[^\W_]+", text.lower()))


def shares(our, their):
    """Shares of their words that ours has, and of ours that theirs has."""
    common = sum((our & their).values())
    return common / max(1, sum(their.values())), common / max(1, sum(our.values()))


def equal(what, found, expected):
    if found != expected:
        raise SystemExit(f"{what}: expected {str(expected)[:300]}, found {str(found)[:300]}")
    count = f"{len(found)} " if isinstance(found, list) else ""
    print(f"{what}: {count}equal")


# Books: between the lines of asterisks, and whole.
alice = re.search(r"\*\*\* ?START OF.*?\*\*\*\n(.*?)\n*(?:End of (?:the )?Project Gutenberg|\*\*\* ?END OF)", read("books/pg11-alice.txt"), re.S)
equal("Alice, text", ours["alice"][0]["text"].strip("\n"), alice[1].strip("\n"))
equal("Alice, title", ours["alice"][0]["metadata"]["title"].lower(), re.search(r"Title: (.*)", read("books/pg11-alice.txt"))[1].lower())
equal("Moby-Dick, text", ours["moby-dick"][0]["text"], read("books/moby-dick.txt"))
equal("Lu Xun, text", ours["luxun"][0]["text"], read("zh/luxun-nahan.txt"))

# Lists and lines of JSON.
chapters = json.loads(read("zh/lunyu.json"))
equal("Analects, chapters", [(d["metadata"]["chapter"], d["text"]) for d in ours["lunyu"]], [(c["chapter"], "\n".join(c["paragraphs"])) for c in chapters])
equal("Brown, ids and texts", [(d["id"], d["text"]) for d in ours["brown"]], [(r["id"], r["text"]) for r in lines("news/brown-press-1961.jsonl")])

# Reddit: each that is not deleted, by id, time and words.
gone = re.compile(r"\[(deleted|removed)\]")
for sample, name in (("comments", "social/reddit-RC-praw.jsonl"), ("posts", "social/reddit-RS-praw.jsonl")):
    expected = []
    for record in lines(name):
        title, body = record.get("title", ""), record.get("body", record.get("selftext"))
        if not (gone.fullmatch(body) or gone.fullmatch(title) or record.get("removed_by_category")):
            expected.append((record["id"], int(record["created_utc"]) * 1000, words(html.unescape(html.unescape(f"{title} {body}")))))
    equal(f"Reddit, {sample}", [(d["id"], d["created"], words(d["text"])) for d in ours[sample]], expected)

# WARC: records by warcio, the article by trafilatura.
with open(folder / "news/creativecommons-news.warc.gz", "rb") as file:
    records = [
        (r.rec_headers["WARC-Record-ID"], r.rec_headers["WARC-Target-URI"], milliseconds(r.rec_headers["WARC-Date"]), r.content_stream().read())
        for r in ArchiveIterator(file)
        if r.rec_type == "response"
    ]
equal("WARC, ids, addresses, dates", [(d["id"], d["url"], d["created"]) for d in ours["warc"]], [r[:3] for r in records])
for document, (*_, page) in zip(ours["warc"], records):
    theirs = words(trafilatura.extract(page.decode(), favor_precision=True) or "")
    there, here_too = shares(words(document["text"]), theirs)
    print(f"WARC, {document['metadata']['title'][:40]}: {sum(theirs.values())} words of trafilatura's, ours has {there:.1%} of them; of ours it has {here_too:.1%}")

# Wiki: pages by ElementTree; text by mwparserfromhell, whose templates are gone as ours are.
pages = []
for path in sorted((folder / "wiki").glob("*.xml.bz2")):
    root = ElementTree.fromstring(bz2.open(path).read())
    space = root.tag[: root.tag.index("}") + 1]
    for page in root.iter(f"{space}page"):
        revision = page.findall(f"{space}revision")[-1]
        pages.append(
            {
                "title": page.findtext(f"{space}title"),
                "namespace": int(page.findtext(f"{space}ns")),
                "page": int(page.findtext(f"{space}id")),
                "redirect": page.find(f"{space}redirect") is not None,
                "revision": int(revision.findtext(f"{space}id")),
                "created": milliseconds(revision.findtext(f"{space}timestamp")),
                "text": revision.findtext(f"{space}text") or "",
            }
        )
names = ("title", "page", "revision", "created", "namespace", "redirect")
# Namespace 0 and what is no redirect go without saying.
told = [{"namespace": 0, "redirect": False, **d["metadata"], "created": d["created"]} for d in ours["pages"]]
equal("wiki, pages", [tuple(d[name] for name in names) for d in told], [tuple(p[name] for name in names) for p in pages])
spaces = dict(collections.Counter(p["namespace"] for p in pages))
print(f"wiki: {len(pages)} pages, {sum(p['redirect'] for p in pages)} redirects, namespaces {spaces}")


def plain(wikitext):
    parsed = mwparserfromhell.parse(wikitext)
    for tag in parsed.filter_tags(matches=lambda tag: str(tag.tag) in ("ref", "table", "gallery", "math")):
        try:
            parsed.remove(tag)
        except ValueError:
            pass  # inside another one that is gone
    for link in parsed.filter_wikilinks(matches=r"^\[\[\s*(file|image|category|файл|картинка|категория)\s*:"):
        try:
            parsed.remove(link)
        except ValueError:
            pass
    return parsed.strip_code()


figures = []
for document, page in zip(ours["pages"], pages):
    if page["namespace"] == 0 and not page["redirect"]:
        theirs, mine = plain(page["text"]), document["text"]
        figures.append((*shares(words(mine), words(theirs)), len(mine) / max(1, len(theirs)), page["title"]))
for at, what in enumerate(("share of mwparserfromhell's words that ours has", "share of ours that it has", "length of ours by its")):
    values = sorted(figure[at] for figure in figures)
    least = min(figures, key=lambda figure: figure[at])
    print(f"wiki, {len(values)} articles, {what}: median {values[len(values) // 2]:.3f}, least {values[0]:.3f} ({least[3]}), most {values[-1]:.3f}")
