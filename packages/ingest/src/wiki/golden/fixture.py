"""Writes fixture.json: a dump of our own in bzip2, as one stream of small blocks and as many streams (Python's libbzip2)."""
import base64
import bz2
import hashlib
import json
import pathlib

HEAD = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">
  <siteinfo>
    <sitename>Whales</sitename>
    <dbname>whalewiki</dbname>
    <base>https://whales.example/wiki/Main_Page</base>
    <namespaces>
      <namespace key="0" case="first-letter" />
      <namespace key="1" case="first-letter">Talk</namespace>
      <namespace key="6" case="first-letter">Picture</namespace>
      <namespace key="14" case="first-letter">Category</namespace>
    </namespaces>
  </siteinfo>
"""
PAGE = """  <page>
    <title>{title}</title>
    <ns>{ns}</ns>
    <id>{id}</id>
{redirect}    <revision>
      <id>{revision}</id>
      <parentid>1</parentid>
      <timestamp>2020-01-{day:02}T03:04:05Z</timestamp>
      <contributor>
        <username>N</username>
        <id>9</id>
      </contributor>
      <comment>&lt;page&gt; &amp; more</comment>
      <model>{model}</model>
      <format>text/x-wiki</format>
      <text bytes="1" xml:space="preserve">{text}</text>
      <sha1>x</sha1>
    </revision>
  </page>
"""


def page(i):
    fields = dict(id=100 + i, title=f"Whale {i} &amp; sons", ns=0, redirect="", revision=5000 + i, day=1 + i % 28, model="wikitext")
    line = f"Line {i} of the ''whale'' has [[sea {i}|seas]] — caf\u00e9 \u9be8 {{{{cite|a={i}}}}}.\n"
    text = f"'''Whale {i}'''\n\n" + line * (3 + 7 * (i % 11)) + "\n== Seen ==\n* once\n* twice\n"
    if i % 9 == 4:
        fields.update(ns=1, title=f"Talk:Whale {i}")
    elif i % 9 == 5:
        text = f"#REDIRECT [[Whale {i - 1}]]"
        fields.update(redirect=f'    <redirect title="Whale {i - 1}" />\n')
    elif i % 9 == 6:
        text += "{{disambiguation}}"
    elif i % 9 == 7:
        text = "{{only a template}}"
    elif i == 44:
        fields.update(model="css")
    return PAGE.format(text=text.replace("&", "&amp;").replace("<", "&lt;"), **fields)


pages = [page(i) for i in range(60)]
xml = (HEAD + "".join(pages) + "</mediawiki>\n").encode()
parts = [HEAD] + ["".join(pages[i : i + 10]) for i in range(0, len(pages), 10)] + ["</mediawiki>\n"]
streams = [bz2.compress(part.encode(), 9) for part in parts]
out = {
    "bytes": len(xml),
    "sha256": hashlib.sha256(xml).hexdigest(),
    "blocks": base64.b64encode(bz2.compress(xml, 1)).decode(),
    "streams": base64.b64encode(b"".join(streams)).decode(),
}
pathlib.Path(__file__).with_name("fixture.json").write_text(json.dumps(out, indent=1) + "\n")
print(len(xml), len(out["blocks"]), len(out["streams"]))
