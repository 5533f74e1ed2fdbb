"""The one reading of an `as_of`: an instant, a bare date, or nothing for now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime

from pricing.errors import InvalidInput

AsOf = str | date | datetime | None


@dataclass(frozen=True, slots=True)
class When:
    """A UTC instant; `bare` when only a date was given and midnight was assumed; `future` when it lies after now."""

    at: datetime
    bare: bool = False
    future: bool = False

    def warnings(self, *, hourly: bool) -> tuple[str, ...]:
        """What a reader must know of the instant, given whether prices go by the hour."""
        found = []
        if self.bare and hourly:
            found.append(f"prices of this model go by the hour; {self.at:%Y-%m-%d} was taken as 00:00 UTC")
        if self.future:
            found.append(f"as_of {self.at:%Y-%m-%d} lies ahead: announced prices are used where there are any")
        return tuple(found)


def when(as_of: AsOf, now: datetime, key: str = "as_of") -> When:
    """The instant that `as_of` means; None is `now`, a bare date is 00:00 UTC, an instant without zone is UTC.

    `key` is what the question calls it.

    Raises:
        InvalidInput: not an ISO 8601 date or instant, or outside the years 2 to 9998 in UTC: local times need room.
    """
    if as_of is None:
        return When(now)
    try:
        parsed = _parse(as_of)
        at = parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
        if not MINYEAR < at.year < MAXYEAR:
            raise ValueError(at)  # noqa: TRY301 - answered below, as what the calendar itself refuses
    except (ValueError, OverflowError):  # an offset may carry an instant out of the calendar
        raise InvalidInput(
            f"{key} is {as_of!r}; it must be an ISO 8601 date or instant such as 2026-11-23 or 2026-11-23T14:00:00Z",
            loc=(key,),
            value=as_of,
        ) from None
    bare = not isinstance(as_of, datetime) and (isinstance(as_of, date) or len(as_of) <= len("2026-11-23"))
    return When(at, bare, at > now)


def _parse(as_of: str | date | datetime) -> datetime:
    if isinstance(as_of, datetime):
        return as_of
    return datetime.fromisoformat(as_of if isinstance(as_of, str) else as_of.isoformat())
