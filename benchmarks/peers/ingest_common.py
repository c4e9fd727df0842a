"""The corpora of `ingest`, as ours/ingest_*.js reads them."""
import json
import os
import resource
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))


def files(case, megabytes):
    command = ["node", os.path.join(HERE, "..", "ours", "ingest_files.js"), case, str(megabytes)]
    return json.loads(subprocess.check_output(command))


def first_texts(case, megabytes, most):
    """Texts of the first documents of a corpus of JSON Lines, up to so many bytes of lines."""
    with open(files(case, megabytes)["path"], "rb") as file:
        return [json.loads(line)["text"] for line in file.readlines(most)]


def report(size, job, versions):
    """Times a job and prints the line that the harness reads: MB/s by the clock, and of processor time. `job` returns a note for people."""
    started, before = time.perf_counter(), time.process_time()
    note = job()
    seconds, processor = time.perf_counter() - started, time.process_time() - before
    rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "linux" else 1 << 20)
    print(json.dumps({"value": size / 1e6 / seconds, "processor": size / 1e6 / processor, "rss_mb": rss, "note": note, "versions": versions}))
