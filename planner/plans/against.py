"""What a plan is held against: another plan file, a saved report, or the plan as a git revision has it."""

from __future__ import annotations

import subprocess
import tarfile
import tempfile
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from planner.plans.files import PlanFile, read_plan
from planner.plans.report import Report
from planner.questions import read
from pricing.errors import InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SECONDS: Final = 60
"""How long git may take."""


@contextmanager
def against(
    given: str, plan: str, *, scenario: str | None, values: Mapping[str, Any] | None, outside: bool
) -> Iterator[PlanFile | Report]:
    """The other side, read as the plan itself is: a file if there is one of that name, else a git revision.

    Raises:
        InvalidInput: neither file nor revision, the plan is not in it, or what is there is no plan and no report.
    """
    if Path(given).is_file():
        saved = _report(given)
        yield saved or read_plan(given, scenario=scenario, values=values, outside=outside)
        return
    here = Path(plan).absolute()
    with tempfile.TemporaryDirectory(prefix="tokenplan-") as folder:
        where = _extracted(given, here, Path(folder), outside=outside)
        if not where.is_file():
            said = f"{plan} is not in {given}"
            raise InvalidInput(said, loc=("against",), value=given)
        try:
            found = read_plan(str(where), scenario=scenario, values=values, outside=outside)
        except InvalidInput as error:
            raise InvalidInput(
                str(error).replace(str(where), f"{given}:{plan}"), loc=("against",), value=given
            ) from None
        yield found


def _report(path: str) -> Report | None:
    """A report that `tokenplan report --json` saved; None where the file is something else."""
    if not path.endswith(".json"):
        return None
    text = Path(path).read_text(encoding="utf-8")
    if '"cost_per_request_usd"' not in text or '"assumptions"' not in text:
        return None
    try:
        return read(Report, text)
    except InvalidInput as error:
        raise InvalidInput(f"{path}: no report of this version: {error}", loc=("against",), value=path) from None


def _extracted(revision: str, plan: Path, folder: Path, *, outside: bool) -> Path:
    """The plan's path in a folder that holds its own folder, or the whole repository, as of a revision.

    Raises:
        InvalidInput: git is missing, or it is no revision.
    """
    top = Path(_git(plan.parent, revision, "rev-parse", "--show-toplevel").decode().rstrip("\n"))
    inner = plan.resolve().relative_to(top.resolve())
    named = _git(
        plan.parent, revision, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
    )
    paths = [] if outside or inner.parent == Path() else ["--", inner.parent.as_posix()]
    packed = _git(top, revision, "archive", "--format=tar", named.decode().strip(), *paths)
    with tarfile.open(fileobj=BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder / inner


def _git(folder: Path, revision: str, *words: str) -> bytes:
    try:
        return subprocess.run(  # noqa: S603 - words are ours, the revision stands behind --end-of-options
            ["git", "-C", str(folder), *words],  # noqa: S607 - the git that the person uses
            check=True,
            capture_output=True,
            timeout=SECONDS,
        ).stdout
    except FileNotFoundError:
        raise InvalidInput(
            f"--against {revision}: no such file, and git, for a revision, is not installed", loc=("against",)
        ) from None
    except subprocess.SubprocessError as error:
        why = (getattr(error, "stderr", None) or b"").decode(
            errors="replace"
        ).strip() or f"no revision {revision!r} is known"
        raise InvalidInput(
            f"--against {revision}: no such file, and no git revision: {why}", loc=("against",), value=revision
        ) from None
