"""Records as Python's csv module reads them from random text. usage: python make.py"""
import csv
import io
import json
import os
import random

random.seed(1)


def read(text):
    return [record for record in csv.reader(io.StringIO(text, newline="")) if record]


cases = []
while len(cases) < 400:
    text = "".join(random.choices(["a", "é", " ", ",", ",", '"', '"', "\n", "\r", "\r\n"], k=random.randint(1, 24)))
    # Not those that end within quotes: what is appended would then be part of the field.
    closed = read(text + ",Z")[-1][-1] == "Z"
    if closed and read(text):
        cases.append({"text": text, "records": read(text)})
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "records.json"), "w", encoding="utf8") as file:
    json.dump(cases, file, ensure_ascii=False)
