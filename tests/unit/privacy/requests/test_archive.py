"""The archive of what is kept about somebody, and the deadlines of requests."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from services.privacy.requests.content import readable
from services.privacy.requests.domain.archive import archive, as_csv
from services.privacy.requests.domain.requests import Archive, Kind, RequestState, SubjectRequest
from services.privacy.requests.domain.tokens import make_token, read_token
from services.privacy.signups.domain import read_token as read_signup_token
from services.privacy.site.content import LANGUAGES
from shared.ids import new_id

NOW = datetime(2026, 6, 1, tzinfo=UTC)
KEPT = {
    "customers": {"claims": [{"name": "city", "value": "Köln"}, {"name": "note", "value": "<script>x</script>"}]},
    "campaigns": {},
}


def test_an_archive_holds_everything_three_times() -> None:
    """Catches a service that is left out, and a page that runs what somebody wrote."""
    for language in LANGUAGES:
        file = zipfile.ZipFile(io.BytesIO(archive(KEPT, readable(language))))
        assert file.namelist() == ["index.html", "campaigns.json", "customers.json", "customers/claims.csv"]
        assert json.loads(file.read("customers.json")) == KEPT["customers"]
        page = file.read("index.html").decode()
        assert f'lang="{language}"' in page
        assert "Köln" in page
        assert "<script" not in page


def test_a_table_is_no_formula() -> None:
    """Catches a file that runs what a stranger typed in when somebody opens it, and a column of later rows alone."""
    text = as_csv([{"a": "=1+1", "b": None}, {"a": "@x", "c": {"d": [1, 'é"']}}, {"a": -5}])
    assert list(csv.reader(io.StringIO(text))) == [
        ["a", "b", "c"], ["'=1+1", "", ""], ["'@x", "", '{"d": [1, "é\\""]}'], ["-5", "", ""]
    ]  # fmt: skip


def test_a_deadline_is_missed_at_its_instant_and_announced_a_week_before() -> None:
    """Catches a request that is late before anybody is warned, and an answered one that stays red."""
    request = SubjectRequest(new_id(), new_id(), Kind.ACCESS, RequestState.WAITING, NOW, NOW + timedelta(days=30), "en")
    assert [request.due_soon(NOW + timedelta(days=day)) for day in (22, 23, 29, 30)] == [False, True, True, False]
    assert [request.overdue(NOW + timedelta(days=day)) for day in (29, 30)] == [False, True]
    answered = replace(request, state=RequestState.ANSWERED)
    assert not answered.overdue(NOW + timedelta(days=99))


def test_an_archive_is_fetched_once_and_taken_up_again_within_the_hour() -> None:
    """Catches a link that gives everything away for weeks, and a broken download that cannot be finished."""
    waits = Archive(new_id(), "", 1, NOW, NOW + timedelta(days=14))
    assert waits.may_be_fetched(NOW + timedelta(days=13))
    assert not waits.may_be_fetched(NOW + timedelta(days=14))
    fetched = replace(waits, fetched_at=NOW)
    assert fetched.may_be_fetched(NOW + timedelta(minutes=59))
    assert not fetched.may_be_fetched(NOW + timedelta(hours=1))


def test_a_token_of_an_archive_confirms_no_sign_up() -> None:
    """Catches a token that opens another door than its own."""
    request = UUID(int=new_id().int)
    token = make_token("key", request)
    assert read_token("key", token) == request
    assert read_signup_token("key", token) is None
