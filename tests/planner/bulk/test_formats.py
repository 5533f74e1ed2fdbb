"""Parquet, JSONL and CSV give the same rows however they are cut, and lose none."""

from __future__ import annotations

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.bulk import parts, places, textrows
from planner.bulk.picks import Wanted
from planner.bulk.reading import batches
from pricing.errors import InvalidInput

WANTED = Wanted({}, ("id",))
LINE = st.one_of(
    st.builds(lambda n: json.dumps({"model": "m", "input_tokens": n, "id": str(n)}), st.integers(0, 10**12)),
    st.sampled_from(("", "  ", "no json", "[1]", '{"model": 5}', '{"model": true}', '{"input_tokens": 1.5}')),
    st.sampled_from(('{"input_tokens": "7"}', '{"id": "\\ud800"}', '{"input_tokens": 1e3}', '{"model": "é"}')),
)


def rows_of(path, wanted=WANTED):
    """All rows of a file with their places, and the refused ones with theirs."""
    rows, refused = [], []
    for file in places.files([str(path)]):
        for part in parts.cut(file):
            for batch in batches(part, wanted):
                found = batch.rows.to_pylist()
                rows += [(part.start, batch.place(at), row.get("id")) for at, row in enumerate(found)]
                refused += [(part.start, *each) for each in batch.refused]
    return rows, refused


@given(st.lists(LINE, max_size=30), st.integers(1, 60), st.booleans())
@settings(max_examples=80)
def test_lines_are_read_once_wherever_a_file_is_cut(tmp_path_factory, lines, size, ends):
    """Each line that holds anything is a row or is refused, in one part only, whatever the parts' size."""
    path = tmp_path_factory.mktemp("cut") / "rows.jsonl"
    text = "\n".join(lines) + "\n" * ends
    path.write_bytes(text.encode())
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(parts, "BYTES", size)
        patched.setattr(textrows, "BLOCK", 256)
        rows, refused = rows_of(path)
    meant = [line for line in lines if line.strip()]
    assert len(rows) + len(refused) == len(meant)
    good = [json.loads(line)["id"] for line in meant if line.startswith('{"model": "m"')]
    assert [each for _, _, each in rows if each is not None] == good
    for start, place, _, said in refused:
        word, number = place.split()
        at = int(number)
        line = text.split("\n")[at - 1] if word == "line" else text.encode()[at:].split(b"\n")[0].decode()
        assert line.strip() == str(said).strip()
        assert (word == "line") == (start == 0)


def test_a_cell_that_is_no_quantity_refuses_its_row_alone(tmp_path):
    """CSV rows keep their numbers beside rows that are too short, and quoted line ends are in the cell."""
    path = tmp_path / "rows.csv"
    path.write_text(
        '\ufeffmodel,input_tokens,audio_seconds,id\nm,1,,a\nm,2\nm,x,,c\nm,1000.0,0.25,d\n\nm,,9,"e\ne"\nm,1.5,,f\n'
    )
    rows, refused = rows_of(path)
    assert [row[1:] for row in rows] == [("row 1", "a"), ("row 4", "d"), ("row 5", "e\ne")]
    assert [(place, str(error).partition(";")[0]) for _, place, error, _ in refused] == [
        ("row 2", "2 cells where the header names 4"),
        ("row 3", "input_tokens is 'x'"),
        ("row 6", "input_tokens is '1.5'"),
    ]


def test_an_empty_cell_is_an_empty_text_of_a_corpus(tmp_path):
    """CSV cannot tell an empty text from none; a text of no tokens is counted as such."""
    path = tmp_path / "corpus.csv"
    path.write_text("text,n\n,1\nhi,2\n")
    (part,) = parts.cut(places.files([str(path)])[0])
    (batch,) = batches(part, Wanted({}, (), text="text"))
    assert batch.rows.to_pylist() == [{"text": ""}, {"text": "hi"}]


def test_packed_lines_are_one_part(tmp_path, monkeypatch):
    """A packed file cannot be entered in its midst."""
    monkeypatch.setattr(parts, "BYTES", 10)
    with gzip.open(tmp_path / "rows.jsonl.gz", "wt") as file:
        file.writelines(json.dumps({"model": "m", "input_tokens": 1, "id": str(each)}) + "\n" for each in range(50))
    rows, refused = rows_of(tmp_path / "rows.jsonl.gz")
    assert [each for _, _, each in rows] == [str(each) for each in range(50)]
    assert {start for start, _, _ in rows} == {0}
    assert not refused


def test_parquet_is_cut_between_row_groups(tmp_path, monkeypatch):
    """Rows keep their numbers in the file, and every part but the last has at least as many as asked."""
    monkeypatch.setattr(parts, "ROWS", 25)
    table = pa.table({"model": ["m"] * 100, "input_tokens": range(100), "id": [str(each) for each in range(100)]})
    pq.write_table(table, tmp_path / "rows.parquet", row_group_size=10)
    rows, _ = rows_of(tmp_path / "rows.parquet")
    assert [(int(place.split()[1]), each) for _, place, each in rows] == [(at + 1, str(at)) for at in range(100)]
    assert sorted({start for start, _, _ in rows}) == [0, 3, 6, 9]


def test_a_folder_gives_its_files_without_what_is_hidden(tmp_path):
    """Markers, half-written files and other kinds are passed over; globs choose among the rest."""
    for name in ("a.csv", "deep/b.jsonl", "deep/c.parquet", "_SUCCESS", "_tmp/d.csv", ".e.csv", "f.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")

    def names(*paths):
        return [each.path.removeprefix(f"{tmp_path}/") for each in places.files(paths)]

    assert names(str(tmp_path)) == ["a.csv", "deep/b.jsonl", "deep/c.parquet"]
    assert names(f"{tmp_path}/*.csv", f"{tmp_path}/a.csv") == ["a.csv"]
    assert names(f"{tmp_path}/**/*.[jp]*") == ["deep/b.jsonl", "deep/c.parquet"]
    assert names(f"file://{tmp_path}/deep") == [f"file://{tmp_path}/deep/b.jsonl", f"file://{tmp_path}/deep/c.parquet"]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("nowhere.csv", "no such file or folder"),
        ("empty", "holds no file of a known kind"),
        ("f.txt", "its ending tells no kind"),
        ("none-*.csv", "holds no file of a known kind"),
        ("gopher://x/y", "gopher"),
    ],
)
def test_a_path_that_leads_nowhere_is_named(tmp_path, path, said):
    """Nothing is read where there is nothing to read."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "f.txt").write_text("x")
    with pytest.raises(InvalidInput, match=said):
        places.files([path if "://" in path else f"{tmp_path}/{path}"])


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["model", "tokens"], "no usage"),
        (["input_tokens"], "no column 'model'"),
        (["model", "inputTokens"], "'inputTokens' must be spelt input_tokens"),
        (["model", "input_tokens", "model"], "'model' stands twice"),
        (["model", "input_tokens"], "no column 'id'"),
    ],
)
def test_a_header_that_cannot_be_priced_is_refused_by_name(names, said):
    """A missing, repeated or misspelt column is an error before any row is read."""
    wanted = Wanted({}, ("id",) if "'id'" in said else ())
    with pytest.raises(InvalidInput, match=said):
        wanted.of(names, "logs.csv")


def test_keys_that_are_ours_but_for_their_spelling_are_refused(tmp_path):
    """JSON rows whose output tokens would silently cost nothing are not priced."""
    path = tmp_path / "rows.jsonl"
    path.write_text('{"model": "m", "input_tokens": 1, "outputTokens": 5}\n')
    with pytest.raises(InvalidInput, match="'outputTokens' must be spelt output_tokens"):
        rows_of(path)


def test_a_column_that_may_be_meant_is_told():
    """A column like one of ours that no price depends on is named, with how to say that it is meant."""
    (said,) = Wanted({}, ()).of(["model", "input_tokens", "completion_tokens"], "a.csv").notes
    assert said.startswith("column 'completion_tokens' is not priced; if it is meant as output_tokens: --map output_to")
