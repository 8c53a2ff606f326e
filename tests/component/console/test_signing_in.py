"""Ways in and out, and what a session is worth."""

from __future__ import annotations

import dataclasses

import httpx
import pyotp
from redis.asyncio import Redis

from console.server.one_time import issue_link
from tests.component.console.conftest import ORIGIN, PASSWORD, Console, problem


async def test_a_session_is_an_id_in_a_cookie_that_no_script_reads(console: Console) -> None:
    """Catches a cookie that says who somebody is, or that scripts and other sites get."""
    console.users.add("ada", ["marketer"], PASSWORD)
    answer = await console.post("/auth/sign-in", {"name": "ada", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    token = console.http.cookies["crm-session"]
    redis: Redis = console.app.state.context.redis
    assert not await redis.exists(f"console:session:{token}"), "Redis must hold a hash of the id"
    session = (await console.http.get("/auth/session")).json()
    assert (session["user"], session["roles"]) == ("ada", ["marketer"])
    assert "campaigns:write" in session["scopes"]


async def test_wrong_words_all_sound_the_same_and_soon_have_to_wait(console: Console) -> None:
    """Catches an answer that tells which names exist, and guessing without end."""
    console.users.add("ada", ["marketer"], PASSWORD)
    tries = [{"name": name, "password": "not this one"} for name in ("ada", "nobody")]
    answers = [(await console.post("/auth/sign-in", attempt)).json() for attempt in tries]
    assert answers[0]["detail"] == answers[1]["detail"]
    later = [await console.post("/auth/sign-in", tries[0]) for _ in range(6)]
    assert problem(later[-1]) == "too-many-tries"
    assert int(later[-1].headers["retry-after"]) >= 1
    assert "crm-session" not in console.http.cookies


async def test_who_guesses_locks_nobody_out(console: Console) -> None:
    """Catches an account that anybody shuts by trying its name from one address."""
    console.users.add("ada", ["marketer"], PASSWORD)
    wrong = [{"name": "ada", "password": "not this one"}] * 20
    answers = [await console.post("/auth/sign-in", attempt) for attempt in wrong]
    assert problem(answers[-1]) == "too-many-tries"
    elsewhere = httpx.ASGITransport(console.app, client=("203.0.113.9", 4711))
    async with httpx.AsyncClient(transport=elsewhere, base_url=ORIGIN, headers={"Origin": ORIGIN}) as owner:
        entered = await owner.post("/auth/sign-in", json={"name": "ada", "password": PASSWORD})
        assert entered.status_code == 204, entered.text


async def test_an_account_with_codes_asks_for_one(console: Console) -> None:
    """Catches a password that is enough although a code was set up."""
    address = console.users.add("ada", ["marketer"], PASSWORD, totp=True)
    assert address is not None
    body = {"name": "ada", "password": PASSWORD}
    assert problem(await console.post("/auth/sign-in", body)) == "code-wanted"
    assert problem(await console.post("/auth/sign-in", {**body, "code": "000000x"})) == "wrong-credentials"
    code = pyotp.TOTP(pyotp.parse_uri(address).secret).now()
    assert (await console.post("/auth/sign-in", {**body, "code": code})).status_code == 204
    # Who changes the account's role types no --code: it is asked for as before.
    console.users.add("ada", ["operator"], PASSWORD)
    assert problem(await console.post("/auth/sign-in", body)) == "code-wanted"


async def test_a_code_is_good_for_one_sign_in(console: Console) -> None:
    """Catches somebody who saw the code being typed, and types it again within its minute and a half."""
    address = console.users.add("ada", ["marketer"], PASSWORD, totp=True)
    assert address is not None
    code = pyotp.TOTP(pyotp.parse_uri(address).secret).now()
    body = {"name": "ada", "password": PASSWORD, "code": code}
    assert (await console.post("/auth/sign-in", body)).status_code == 204
    assert problem(await console.post("/auth/sign-in", body)) == "wrong-credentials"


async def test_another_password_ends_the_sessions_of_the_former_one(console: Console) -> None:
    """Catches a thief who stays signed in after the password was changed because of the theft."""
    await console.enter("marketer")
    assert (await console.http.get("/api/analytics/segments")).status_code == 200
    console.users.add("marketer", ["marketer"], "another horse, another battery")
    assert problem(await console.http.get("/api/analytics/segments")) == "not-signed-in"
    assert (await console.http.get("/auth/session")).json()["user"] is None


async def test_a_one_time_link_works_once_and_hides_its_token_from_servers(console: Console) -> None:
    """Catches a link that a log or a second reader can use."""
    console.users.add("owner", ["owner"], None)
    link = await issue_link(console.app.state.context.redis, ORIGIN, "owner")
    address, _, token = link.partition("#once=")
    assert address == f"{ORIGIN}/sign-in"
    assert (await console.post("/auth/once", {"token": token})).status_code == 204
    assert (await console.http.get("/auth/session")).json()["user"] == "owner"
    assert problem(await console.post("/auth/once", {"token": token})) == "wrong-credentials"


async def test_who_signs_out_or_loses_the_account_is_out_at_once(console: Console) -> None:
    """Catches sessions that outlive their account, and a sign-out that only forgets the cookie."""
    await console.enter("marketer")
    token = console.http.cookies["crm-session"]
    assert (await console.http.get("/api/analytics/segments")).status_code == 200
    await console.post("/auth/sign-out", {})
    console.http.cookies.set("crm-session", token)
    assert problem(await console.http.get("/api/analytics/segments")) == "not-signed-in"

    await console.enter("marketer")
    console.users.remove("marketer")
    assert problem(await console.http.get("/api/analytics/segments")) == "not-signed-in"


async def test_a_changed_role_counts_from_the_next_request_on(console: Console) -> None:
    """Catches rights that were copied into the session."""
    await console.enter("marketer")
    console.users.add("marketer", ["privacy-officer"], PASSWORD)
    assert problem(await console.http.get("/api/campaigns/campaigns")) == "role-lacks-scope"


async def test_a_session_ends_when_it_is_too_old(console: Console) -> None:
    """Catches a session that lives for ever because it is used."""
    await console.enter("marketer")
    context = console.app.state.context
    object.__setattr__(context.sessions, "_settings", context.settings.model_copy(update={"session_longest_s": 0}))
    assert problem(await console.http.get("/api/analytics/segments")) == "not-signed-in"


async def test_without_redis_nobody_is_let_in_and_the_answer_says_why(console: Console) -> None:
    """Catches an outage that opens the doors, or answers with a traceback."""
    await console.enter("marketer")
    away = Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.2)
    context = console.app.state.context
    sessions = type(context.sessions)(away, context.settings)
    console.app.state.context = dataclasses.replace(context, sessions=sessions)
    answer = await console.http.get("/api/analytics/segments")
    assert (answer.status_code, problem(answer)) == (503, "sessions-away")
