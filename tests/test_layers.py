"""The house: arrows run one way, network and pydantic stay in their rooms, core import stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = {
    path: ast.parse(path.read_text()) for top in ("pricing", "planner", "excel") for path in (ROOT / top).rglob("*.py")
}
FACES = ("planner.api", "planner.cli", "planner.web", "excel")


def module(path: Path) -> str:
    """The dotted name of a source file."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> set[str]:
    """Every module a file imports, wherever in the file."""
    found = set()
    for node in ast.walk(SOURCES[path]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def under(name: str, package: str) -> bool:
    """Whether a module is a package or lies in it."""
    return name == package or name.startswith(f"{package}.")


def test_pricing_knows_nothing_above_it():
    """The lowest layer imports neither planner nor faces."""
    for path in SOURCES:
        if under(module(path), "pricing"):
            assert not {name for name in imports(path) if under(name, "planner") or under(name, "excel")}, path


def test_the_core_knows_no_face():
    """Only the composition root, planner.main, brings faces together."""
    for path in SOURCES:
        name = module(path)
        if not any(under(name, face) for face in FACES) and name != "planner.main":
            assert not {each for each in imports(path) if any(under(each, face) for face in FACES)}, path


def test_faces_never_import_each_other():
    """Each face stands on the core alone."""
    for path in SOURCES:
        mine = next((face for face in FACES if under(module(path), face)), None)
        if mine is not None:
            others = [face for face in FACES if face != mine]
            assert not {each for each in imports(path) if any(under(each, face) for face in others)}, path


@pytest.mark.parametrize(
    ("library", "rooms"),
    [
        ("pydantic", ("planner.api", "planner.questions")),
        ("fastapi", ("planner.api", "planner.web", "excel.addin", "planner.main")),
        ("httpx", ("pricing.sources", "planner.tokens", "planner.client")),
        ("polars", ("planner.actuals.libraries",)),
        ("splintr", ("planner.tokens",)),
        ("sentencepiece", ("planner.tokens",)),
        ("tiktoken", ("planner.tokens",)),
        ("semantic_text_splitter", ("planner.splitting",)),
        ("toktok", ("planner.tokens",)),
        ("yaml", ("planner.plans.formats",)),
        ("multiprocessing", ("planner.tokens.workers",)),
        ("xlwings", ("excel.classic",)),
        ("xlsxwriter", ("excel.workbook.write", "planner.cli.planfiles")),
        ("openpyxl", ("excel.workbook.refresh",)),
        ("formualizer", ("excel.workbook.values",)),
        ("unohelper", ("excel.libreoffice.component",)),
        ("trustme", ("excel.certificate",)),
        ("urllib.request", ("excel.libreoffice.component",)),  # in LibreOffice's Python, which has nothing else
        ("requests", ()),
        ("socket", ("planner.api", "planner.bulk.cluster")),
        ("ray", ("planner.bulk.cluster",)),
    ],
)
def test_a_library_stays_in_its_rooms(library, rooms):
    """Network and heavy libraries are imported where the design says and nowhere else."""
    for path in SOURCES:
        if not any(under(module(path), room) for room in rooms):
            assert not {each for each in imports(path) if under(each, library)}, path


def test_importing_pricing_stays_light():
    """No tokenizer, web framework or validator is loaded by pricing one request."""
    code = (
        "import sys; from datetime import datetime, UTC; from pricing import Catalog, Usage, cost;"
        "cost(Usage(input_tokens=1), Catalog().resolve('gpt-5-mini'), at=datetime(2026, 11, 23, tzinfo=UTC));"
        "print(*sys.modules)"
    )
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    assert not loaded & {"tiktoken", "pydantic", "fastapi", "httpx", "numpy", "tomllib", "asyncio", "pathlib"}


def test_a_bulk_jobs_question_needs_no_library():
    """Arrow, NumPy and Ray are loaded by the work, never by the command's help or by a question."""
    code = "import sys; import planner.cli.bulk, planner.bulk.questions; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not set(ran.stdout.split()) & {"pyarrow", "numpy", "ray", "tiktoken", "planner.bulk.kernel"}
