"""Read the time at which a student has submitted.

The student may have written it, so we accept only the forms that nbgrader's exchange writes.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

TIME = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[ T](?P<clock>[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?)"
    r" ?(?P<zone>[A-Za-z][A-Za-z0-9_+/-]*|[+-][0-9]{2}:?[0-9]{2})?"
)
OFFSET = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})")


def parse_time(text: str) -> datetime | None:
    """Return a time in UTC, without a time zone as nbgrader stores it; None if it is no time.

    text: for example `2027-03-01 23:59:00.000000 UTC`. The zone may also be an offset such as
    +0100 or a name such as Europe/Berlin. As in nbgrader, UTC stands in for a zone that is missing
    or unknown.
    """
    found = TIME.fullmatch(text.strip())
    if not found:
        return None
    try:
        time = datetime.fromisoformat(f"{found['day']} {found['clock']}")
        there = time.replace(tzinfo=_zone(found["zone"] or "UTC"))
        return there.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None


def _zone(name: str) -> tzinfo:
    """Return the time zone with a name or offset."""
    if found := OFFSET.fullmatch(name):
        sign, hours, minutes = found.groups()
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        return timezone(-offset if sign == "-" else offset)
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):  # no such zone, or a file that is none
        return UTC
