"""The page in a real Chromium against a real server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--virtual-time-budget=8000",
    "--enable-logging=stderr",
    "--v=0",
    "--dump-dom",
]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM and os.environ.get("CI") != "true", reason="chromium is not installed here"),
]


def test_the_page_shows_the_verbs_and_loads_nothing_from_outside(server, tmp_path):
    """Swagger UI renders each endpoint from shipped assets, without a console error or a refused request."""
    command = [CHROMIUM, *FLAGS, f"--user-data-dir={tmp_path}", server]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    for path in ("/v1/cost", "/v1/estimate", "/v1/context/fit"):
        assert f'data-path="{path}"' in result.stdout
    assert not re.findall(r"CONSOLE.*(?:[Ee]rror|Refused|[Vv]iolat).*", result.stderr)
    assert not re.findall(r'(?:src|href)="(?:https?:)?//(?!127\.0\.0\.1)[^"]*\.(?:js|css|png|woff2?)', result.stdout)
