"""Counts the texts of a Parquet file, by a bulk job or by a plain loop of tiktoken, and times itself: CPU seconds."""

import json
import sys
import tempfile
import time
from pathlib import Path

import pyarrow.parquet as pq

MODEL = "gpt-5-mini"


def ours(path: str) -> int:
    """Tokens by `planner.bulk`."""
    from planner import BulkCountQuestion, default_planner

    with tempfile.TemporaryDirectory() as folder:
        question = BulkCountQuestion(paths=(path,), model=MODEL, out=folder)
        return default_planner().bulk_count(question).total.tokens


def loop(path: str) -> int:
    """Tokens by tiktoken, a text at a time, read in batches as ours are."""
    from planner.tokens.encodings import encoding

    count = encoding("o200k_base").encode_ordinary
    batches = pq.ParquetFile(path).iter_batches(8000)
    return sum(len(count(text)) for batch in batches for text in batch.column(0).to_pylist())


SIDES = {"ours": ours, "loop": loop}
start = time.process_time()
tokens = SIDES[sys.argv[1]](sys.argv[2])
seconds = time.process_time() - start
# Not ru_maxrss: a child inherits its parent's.
status = Path("/proc/self/status").read_text()
most = int(status.partition("VmHWM:")[2].split()[0]) // 1024
print(json.dumps({"tokens": tokens, "seconds": seconds, "rss_mb": most}))
