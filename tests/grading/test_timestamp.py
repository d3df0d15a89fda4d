"""The time of submission is read as nbgrader reads it, and no text of a student does any harm."""

from datetime import datetime

import pytest
from nbgrader.utils import parse_utc

from autograder.grading.timestamp import parse_time


@pytest.mark.parametrize(
    "text",
    [
        "2027-03-01 23:59:00.123456 UTC",
        "2027-03-01 23:59:00 UTC",
        "2027-03-01 23:59:00",
        "2015-02-02 15:58:23.948203 America/Los_Angeles",
        "2027-07-01 12:00:00 Europe/Berlin",
        "2027-07-01 12:00:00 CET",
        "2027-07-01T12:00:00Z",
        "2027-07-01T12:00:00+02:00",
        "2027-07-01 12:00:00-0530",
    ],
)
def test_a_time_is_read_as_in_nbgrader(text):
    assert parse_time(f"{text}\n") == parse_utc(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2015-02-02 15:58:23 ../",
        "2015-02-02 15:58:23 /etc/passwd",
        "2015-02-02 15:58:23 a/../../b",
        "2015-02-02 15:58:23 /proc/self/mem",
        "2015-02-02 15:58:23 +9999",
        "2015-13-02 15:58:23 UTC",
        "0001-01-01 00:00:00 +1200",
        "9999-12-31 23:59:59 -1200",
        "2015-02-02 15:58:23 " + "9" * 50,
        "٢٠١٥-02-02 15:58:23 UTC",
        "2015-02-02 15:58:23\0 UTC",
    ],
)
def test_what_is_no_time_is_no_time(text):
    assert parse_time(text) is None


@pytest.mark.parametrize("zone", ["Europe", "Nowhere", "A" * 79])
def test_utc_stands_in_for_an_unknown_zone(zone):
    assert parse_time(f"2015-02-02 15:58:23 {zone}") == datetime(2015, 2, 2, 15, 58, 23)
