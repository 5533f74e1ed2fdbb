"""`tokenplan excel workbook`, `refresh-prices`, `convert` and `libreoffice`: files are written, and none is lost."""

from __future__ import annotations

from zipfile import ZipFile

MODELS = "gpt-5-mini,claude-haiku-4-5"


def test_a_workbook_is_refreshed_and_the_file_before_is_kept(tokenplan, tmp_path):
    """The refresh says how many rows and figures moved, and keeps the file as it was beside the new one."""
    book = tmp_path / "plan.xlsx"
    made = tokenplan("excel", "workbook", "--models", MODELS, "--out", str(book))
    assert (made.code, made.err) == (0, "")
    before = book.read_bytes()
    done = tokenplan("excel", "refresh-prices", str(book))
    assert done.code == 0
    assert "0 figures moved" in done.out
    assert (tmp_path / "plan.xlsx.before").read_bytes() == before


def test_a_workbook_that_is_there_is_not_written_over(tokenplan, tmp_path):
    """It may hold a person's figures: exit 2 and the file untouched, unless --force says so."""
    book = tmp_path / "plan.xlsx"
    book.write_text("mine")
    refused = tokenplan("excel", "workbook", "--models", MODELS, "--out", str(book))
    assert (refused.code, book.read_text()) == (2, "mine")
    assert "--force" in refused.err
    assert tokenplan("excel", "workbook", "--models", MODELS, "--out", str(book), "--force").code == 0


def test_what_cannot_be_read_or_made_is_said_by_name(tokenplan, tmp_path):
    """A file that is not there, an unknown route and a server elsewhere are named; nothing is written."""
    out = tmp_path / "out"
    for words, said in (
        (("excel", "refresh-prices", str(tmp_path / "none.xlsx")), "none.xlsx cannot be read"),
        (("excel", "workbook", "--route", "officjs", "--out", str(out)), "officejs"),
        (("excel", "libreoffice", "--server", "http://example.com", "--out", str(out)), "this machine"),
    ):
        ran = tokenplan(*words)
        assert (ran.code, said in ran.err) == (2, True), ran.err
    assert not out.exists()


def test_the_extension_is_a_file_that_libreoffice_takes(tokenplan, tmp_path):
    """It holds a manifest, the formulas' types and words, and the component."""
    out = tmp_path / "tokenplan.oxt"
    assert tokenplan("excel", "libreoffice", "--out", str(out)).code == 0
    with ZipFile(out) as archive:
        assert {"META-INF/manifest.xml", "formulas.idl", "formulas.xcu", "component.py"} <= set(archive.namelist())
