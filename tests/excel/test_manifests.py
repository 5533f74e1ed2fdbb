"""What Excel is told: the functions' metadata, both manifests, the pane's page, each by Microsoft's rules."""

from __future__ import annotations

import json
import re
from pathlib import Path
from uuid import UUID
from xml.etree import ElementTree as ET

import jsonschema_rs
import pytest

from excel.addin import manifests
from excel.addin.metadata import functions
from excel.functions import FORMULAS
from pricing.errors import InvalidInput

SCHEMA = json.loads((Path(__file__).parent / "vendor" / "MicrosoftTeams-1.25.schema.json").read_text(encoding="utf-8"))
URL = "https://localhost:8322"
OVER = "{http://schemas.microsoft.com/office/taskpaneappversionoverrides}"
TYPES = "{http://schemas.microsoft.com/office/officeappbasictypes/1.0}"
APP = "{http://schemas.microsoft.com/office/appforoffice/1.1}"


@pytest.mark.parametrize("told", functions()["functions"], ids=lambda told: told["name"])
def test_a_function_s_metadata_keeps_microsoft_s_rules(told):
    """Id and name of 3 to 64 letters, at most 128 characters of help for it and for each argument, none twice."""
    assert re.fullmatch(r"[A-Z][A-Z0-9]{2,63}", told["id"])
    assert told["name"] == told["id"]
    assert 1 <= len(told["description"]) <= 128
    names = [each["name"] for each in told["parameters"]]
    assert len(set(names)) == len(names)
    for each in told["parameters"]:
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,63}", each["name"])
        assert 1 <= len(each["description"]) <= 128
        assert (each["type"], each["dimensionality"]) == ("any", "matrix")
    optional = [each["optional"] for each in told["parameters"]]
    assert optional == sorted(optional)
    assert told["result"]["dimensionality"] == "matrix"


def test_every_formula_is_told_once():
    """The metadata is the registry."""
    assert [each["id"] for each in functions()["functions"]] == list(FORMULAS)


def test_the_xml_manifest_names_what_it_defines():
    """Every resid is a resource with an https address or a text within its length, and none is left over."""
    root = ET.fromstring(manifests.xml(URL))
    UUID(root.findtext(f"{APP}Id"))
    assert re.fullmatch(r"\d+(\.\d+){3}", root.findtext(f"{APP}Version"))
    used = {each.get("resid") for each in root.iter() if each.get("resid")}
    resources = root.find(f".//{OVER}Resources")
    defined = {each.get("id"): each.get("DefaultValue") for group in resources for each in group}
    assert used == set(defined)
    assert all(len(each) <= 32 for each in defined)
    for kind, most in (("ShortStrings", 125), ("LongStrings", 250)):
        assert all(len(each.get("DefaultValue")) <= most for each in resources.find(f"{TYPES}{kind}"))
    for kind in ("Urls", "Images"):
        assert all(each.get("DefaultValue").startswith(f"{URL}/excel/") for each in resources.find(f"{TYPES}{kind}"))
    assert root.find(f".//{OVER}Runtime").get("lifetime") == "long"
    assert defined["Namespace"] == "TP"
    needs = {each.get("Name"): each.get("MinVersion") for each in root.iter(f"{APP}Set")}
    assert needs == manifests.NEEDS


def test_the_unified_manifest_is_valid_by_microsoft_s_schema():
    """Against the published schema of the version that it names."""
    told = manifests.unified(URL)
    schema = jsonschema_rs.validator_for(SCHEMA)
    schema.validate(told)
    assert not schema.is_valid({**told, "id": "no"})
    assert told["$schema"] == SCHEMA["properties"]["$schema"].get("const", told["$schema"])


def test_every_address_in_a_manifest_is_answered(client):
    """Page, script, metadata and icons are where Excel is sent, and are what they say."""
    text = manifests.xml("https://sheets.example:8322")
    paths = set(re.findall(r"https://sheets\.example:8322(/[^\"<]+)", text))
    assert len(paths) >= 6
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 200, path
        kind = {".png": "image/png", ".json": "application/json", ".js": "text/javascript"}.get(Path(path).suffix)
        assert answer.headers["content-type"].partition(";")[0] == (kind or "text/html")


def test_the_server_hands_out_the_manifest_of_its_own_address(client):
    """As the address bar spells it; over http it says that Excel takes none."""
    assert client.get("/excel/manifest.xml").text == manifests.xml("https://sheets.example:8322")
    assert client.get("/excel/manifest.json").json() == manifests.unified("https://sheets.example:8322")
    refused = client.get("http://sheets.example/excel/manifest.xml")
    assert (refused.status_code, "an https address only" in refused.json()["detail"]) == (422, True)


def test_excel_on_the_web_may_read_the_metadata(client):
    """Its pages ask for it from another origin."""
    answer = client.get("/excel/functions.json")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.json() == functions()


def test_the_pane_lets_in_office_js_alone(client):
    """Scripts are ours and Microsoft's; nothing is framed or run inline."""
    answer = client.get("/excel/taskpane.html")
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self' https://appsforoffice.microsoft.com;" in policy
    assert 'src="https://appsforoffice.microsoft.com/lib/1/hosted/office.js"' in answer.text
    assert not re.search(r"<script>|\son[a-z]+=|\sstyle=", answer.text)


@pytest.mark.parametrize("url", ["http://localhost:8322", "localhost", "https://", "https://a/b", "https://a?b", ""])
def test_an_address_that_excel_would_not_load_is_refused(url):
    """Only https, and only the server itself."""
    with pytest.raises(InvalidInput, match="from an https address only"):
        manifests.xml(url)


def test_an_address_cannot_break_out_of_the_manifest():
    """What stands in it is escaped."""
    root = ET.fromstring(manifests.xml('https://a"><b>&'))
    assert root.find(f".//{APP}AppDomain").text == 'https://a"><b>&'
