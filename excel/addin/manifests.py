"""How Excel is told where the add-in lives: the XML manifest (a template beside this), and the unified JSON one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from excel.addin.metadata import functions
from excel.registry import PREFIX
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Mapping

ID: Final = "6d6a0c9e-3a0b-4d9e-9f57-1f1a4b0c5e21"
"""The add-in's own; Excel knows it by this, whichever server it comes from."""
VERSION: Final = "1.0.0"
NAME: Final = "Tokenplan"
ABOUT: Final = "What an LLM feature costs, whether it fits and where the plan breaks, as formulas."
TIP: Final = "Connection, API key, date of the prices, and an example."
NEEDS: Final = {"SharedRuntime": "1.1", "CustomFunctionsRuntime": "1.2"}
"""Requirement sets: one runtime that loads on open, and errors within spilled cells; the template names them too."""
SCHEMA_VERSION: Final = "1.25"
SCHEMA: Final = f"https://developer.microsoft.com/en-us/json-schemas/teams/v{SCHEMA_VERSION}/MicrosoftTeams.schema.json"
TEMPLATE: Final = Path(__file__).with_name("manifest.xml")


def origin(url: str) -> str:
    """Where the add-in is served, without a trailing slash.

    Raises:
        InvalidInput: it is no https address; Excel loads nothing else.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.netloc or parts.query or parts.fragment or parts.path not in ("", "/"):
        raise InvalidInput(
            f"url is {url!r}; Excel loads add-ins from an https address only, such as https://localhost:8322",
            loc=("url",),
            value=url,
        )
    return f"https://{parts.netloc}"


def xml(url: str) -> str:
    """The add-in only manifest, which every Excel with custom functions takes.

    Raises:
        InvalidInput: the url is no https address.
    """
    told = {"base": origin(url), "id": ID, "version": VERSION, "name": NAME, "about": ABOUT, "tip": TIP}
    text = TEMPLATE.read_text(encoding="utf-8")
    for name, value in (told | {"prefix": PREFIX}).items():
        text = text.replace(f"{{{name}}}", escape(value, {'"': "&quot;"}))
    return text


def unified(url: str) -> dict[str, Any]:
    """The unified manifest for Microsoft 365, to be packed with its two icons.

    Raises:
        InvalidInput: the url is no https address.
    """
    base = origin(url)
    about = f"{base}/excel/"
    return {
        "$schema": SCHEMA,
        "manifestVersion": SCHEMA_VERSION,
        "id": ID,
        "version": VERSION,
        "name": {"short": NAME, "full": f"{NAME} formulas"},
        "description": {"short": "What an LLM feature costs, as formulas.", "full": ABOUT},
        "developer": {"name": NAME, "websiteUrl": about, "privacyUrl": about, "termsOfUseUrl": about},
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": "#1F6F5C",
        "validDomains": [urlsplit(base).netloc],
        "extensions": [
            {
                "requirements": {
                    "scopes": ["workbook"],
                    "capabilities": [{"name": name, "minVersion": version} for name, version in NEEDS.items()],
                },
                "runtimes": [_runtime(f"{base}/excel/taskpane.html")],
                "ribbons": [{"contexts": ["default"], "tabs": [_tab(base)]}],
            }
        ],
    }


def _runtime(page: str) -> dict[str, Any]:
    """The one runtime, which lives as long as the workbook is open."""
    return {
        "id": "shared",
        "type": "general",
        "code": {"page": page},
        "lifetime": "long",
        "actions": [{"id": "ShowPane", "type": "openPage", "view": "pane"}],
        "customFunctions": {
            "namespace": {"id": PREFIX, "name": PREFIX},
            "functions": [_function(each) for each in functions()["functions"]],
        },
    }


def _function(given: Mapping[str, Any]) -> dict[str, Any]:
    """A custom function in the unified manifest's words."""
    kept = {key: given[key] for key in ("id", "name", "description", "parameters")}
    return {**kept, "result": {"dimensionality": "matrix"}, "cancelable": True}


def _tab(base: str) -> dict[str, Any]:
    icons = [{"size": size, "url": f"{base}/excel/assets/icons/icon-{size}.png"} for size in (16, 32, 80)]
    button = {
        "id": "Tokenplan.Button",
        "type": "button",
        "label": NAME,
        "icons": icons,
        "supertip": {"title": NAME, "description": TIP},
        "actionId": "ShowPane",
    }
    group = {"id": "Tokenplan.Group", "label": NAME, "icons": icons, "controls": [button]}
    return {"builtInTabId": "TabHome", "groups": [group]}
