"""The development certificate, and the commands that make files for Excel."""

from __future__ import annotations

import ssl
import sys
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from excel.certificate import development, trust
from planner.main import main
from pricing.errors import InvalidInput

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_a_certificate_is_made_once_and_anew_before_it_ends(tmp_path):
    """For localhost alone, a year long; the second time it is the same one, in its last week a new one."""
    made, new = development(tmp_path, NOW)
    assert new
    leaf = x509.load_pem_x509_certificate(made.chain.read_bytes())
    names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert leaf.not_valid_after_utc - NOW == timedelta(days=365)
    before = made.chain.read_bytes()
    assert development(tmp_path, NOW + timedelta(days=357)) == (made, False)
    assert made.chain.read_bytes() == before
    assert development(tmp_path, NOW + timedelta(days=359)) == (made, True)
    assert made.chain.read_bytes() != before


def test_a_damaged_certificate_is_made_anew(tmp_path):
    """Half a file is none."""
    made, _ = development(tmp_path, NOW)
    made.chain.write_bytes(b"-----BEGIN CERTIFICATE-----")
    assert development(tmp_path, NOW) == (made, True)
    assert development(tmp_path, NOW) == (made, False)


def test_a_folder_without_office_js_is_refused(tmp_path, capsys):
    """Before anything is served, with the folder that is meant."""
    assert main(["excel", "serve", "--port", "0", "--folder", str(tmp_path), "--office-js", str(tmp_path)]) == 2
    assert "holds no office.js; give the folder dist of the npm package" in capsys.readouterr().err


def test_the_key_is_the_owner_s_and_the_authority_s_is_not_kept(tmp_path):
    """What could sign for other names is written nowhere; the server's own key is readable by its owner only."""
    made, _ = development(tmp_path, NOW)
    assert sorted(each.name for each in tmp_path.iterdir()) == [each.name for each in sorted(made)]
    assert b"PRIVATE" not in made.authority.read_bytes() + made.chain.read_bytes()
    if sys.platform != "win32":
        assert made.key.stat().st_mode & 0o077 == 0
    ssl.create_default_context(cafile=made.authority).load_cert_chain(made.chain, made.key)


@pytest.mark.parametrize(("platform", "command"), [("win32", "certutil -user"), ("darwin", "security add-trusted")])
def test_how_to_trust_it_is_said_for_each_system(tmp_path, platform, command):
    """One command, with the authority's file in it."""
    made, _ = development(tmp_path, NOW)
    said = trust(made, platform)
    assert command in said
    assert str(made.authority) in said
    assert "until 2027-11-23" in said


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    """A file where the folder should be ends in a clear error."""
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInput, match="cannot write a certificate to"):
        development(tmp_path / "file" / "folder", NOW)


def test_without_the_library_the_extra_is_named(tmp_path, monkeypatch):
    """The command that installs it."""
    monkeypatch.setitem(sys.modules, "trustme", None)
    with pytest.raises(InvalidInput, match=r"pip install 'tokenplan\[excel\]'"):
        development(tmp_path, NOW)


def test_the_manifest_is_printed_or_written(tmp_path, capsys):
    """XML or the unified JSON, for the address that is asked; a wrong one ends with exit code 2."""
    assert main(["excel", "manifest", "--url", "https://plan.example"]) == 0
    assert 'DefaultValue="https://plan.example/excel/taskpane.html"' in capsys.readouterr().out
    file = tmp_path / "tokenplan.xml"
    assert main(["excel", "manifest", "--out", str(file)]) == 0
    assert "https://localhost:8322/excel/functions.json" in file.read_text(encoding="utf-8")
    assert main(["excel", "manifest", "--unified"]) == 0
    assert '"manifestVersion": "1.25"' in capsys.readouterr().out
    assert main(["excel", "manifest", "--url", "http://plan.example"]) == 2
    assert "from an https address only" in capsys.readouterr().err


def test_classic_formulas_are_refused_where_there_is_no_windows(capsys):
    """It says what to use instead."""
    if sys.platform == "win32":
        pytest.skip("this is Windows")
    assert main(["excel", "install-classic"]) == 2
    assert "run on Windows only, and this is linux; use the add-in instead" in capsys.readouterr().err
