"""Logs and results by URL, on a real S3 protocol: moto's server on this machine."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from contextlib import closing, suppress
from http.client import HTTPConnection

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from catalogs import NOW
from logs import EACH
from pyarrow.fs import FileSelector, FileSystem

from planner import BulkPriceQuestion
from planner.bulk.job import bulk_price
from pricing.errors import InvalidInput

pytestmark = pytest.mark.slow


@pytest.fixture
def bucket(monkeypatch):
    """An empty bucket, and where the environment says that S3 is."""
    code = "from moto.server import main; main(['-H', '127.0.0.1', '-p', '0'])"
    with subprocess.Popen([sys.executable, "-u", "-c", code], stderr=subprocess.PIPE, text=True) as server:
        try:
            for line in server.stderr:
                if "Running on http" in line:
                    break
            port = int(line.rsplit(":", 1)[1].split()[0])
            for name, value in {
                "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
                "AWS_ACCESS_KEY_ID": "any",
                "AWS_SECRET_ACCESS_KEY": "any",
                "AWS_DEFAULT_REGION": "us-east-1",
                "AWS_EC2_METADATA_DISABLED": "true",
            }.items():
                monkeypatch.setenv(name, value)
            _wait(port)
            store, _ = FileSystem.from_uri("s3://logs/?allow_bucket_creation=true")
            store.create_dir("logs")
            yield store
        finally:
            server.terminate()


def _wait(port):
    for _ in range(100):
        with suppress(OSError), closing(HTTPConnection("127.0.0.1", port, timeout=5)) as asked:
            asked.request("GET", "/moto-api/")
            if asked.getresponse().status:
                return
        time.sleep(0.05)


def test_a_bucket_is_read_and_written_like_a_folder(bucket, shipped):
    """A job over s3:// URLs prices, keeps what is refused, and is resumed; globs and folders work alike."""
    row = {"model": "gpt-5-mini", "input_tokens": 1000, "output_tokens": 200}
    pq.write_table(pa.Table.from_pylist([row] * 5), "logs/in/deep/a.parquet", filesystem=bucket)
    with bucket.open_output_stream("logs/in/b.jsonl") as file:
        file.write(f"{json.dumps(row)}\nno json\n".encode())
    question = BulkPriceQuestion(paths=("s3://logs/in/",), out="s3://logs/job", rows=True)
    first = bulk_price(question, shipped, NOW)
    assert (first.rows, first.refused, first.parts, first.resumed) == (7, 1, 2, 0)
    assert first.total.total_usd == 6 * EACH
    globbed = BulkPriceQuestion(paths=("s3://logs/**/*.parquet", "s3://logs/in/b*"), out="s3://logs/job", rows=True)
    assert bulk_price(globbed, shipped, NOW).resumed == 2
    names = {info.path for info in bucket.get_file_info(FileSelector("logs/job", recursive=True))}
    assert sum(name.startswith("logs/job/rows/") for name in names) == 2
    with bucket.open_input_file(next(name for name in names if name.startswith("logs/job/refused/"))) as file:
        assert json.loads(file.read())["part"] == "s3://logs/in/b.jsonl"


def test_a_bucket_that_is_not_there_is_named(bucket, shipped):
    """Neither reading nor writing makes one."""
    del bucket
    with pytest.raises(InvalidInput, match="s3://nowhere/in"):
        bulk_price(BulkPriceQuestion(paths=("s3://nowhere/in",), out="s3://logs/job"), shipped, NOW)
