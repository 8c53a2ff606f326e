"""`crm journeys`: make journeys from files, start, pause, resume and stop them, and see what they did."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from services.crm.campaigns import WithinAllowList, account_rows, within
from services.crm.doors import Key, Url, answer_of, every_page, open_door
from services.crm.installation import DEFAULT
from services.crm.output import WRONG_USAGE, AsJson, fail, show, table
from services.crm.settings import Folder

commands = typer.Typer(help="Journeys: create, start, pause, report.", no_args_is_help=True)

_ROLE = "marketing"
JourneyId = Annotated[str, typer.Argument(metavar="ID", help="The journey's id.")]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The definition as JSON.")]


class Mode(StrEnum):
    """What becomes of those inside a paused journey."""

    HOLD = "hold"
    SKIP = "skip"
    DROP = "drop"


@commands.command()
def create(file: File, url: Url = None, key: Key = None, folder: Folder = DEFAULT, as_json: AsJson = False) -> None:
    """Make a draft from a file; every fault is told with its place.

    \b
    Example:
      crm journeys create welcome.json
    """
    body = _read(file)
    with open_door("campaigns", _ROLE, url, key, folder) as client:
        made = answer_of(client.post("/journeys", json=body))
    show(made, _line(made), as_json=as_json)


@commands.command()
def change(
    id: JourneyId,
    file: File,
    publish: Annotated[bool, typer.Option("--publish", help="Also make it the next version.")] = False,
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Replace the draft by a file; with --publish newcomers enter it from now on.

    \b
    Example:
      crm journeys change 0197c1c2-0000-7000-8000-000000000001 welcome.json --publish
    """
    body = _read(file)
    with open_door("campaigns", _ROLE, url, key, folder) as client:
        changed = answer_of(client.put(f"/journeys/{id}", json=body, headers={"If-Match": "*"}))
        if publish:
            changed = answer_of(client.post(f"/journeys/{id}/publish", json={}))
    show(changed, _line(changed), as_json=as_json)


@commands.command("list")
def list_(
    state: Annotated[str | None, typer.Option(help="Only those that are draft, running, paused or stopped.")] = None,
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """List the journeys.

    \b
    Example:
      crm journeys list --state running
    """
    with open_door("campaigns", _ROLE, url, key, folder) as client:
        found = every_page(client, "/journeys", {"state": state} if state else {})
    show(
        found,
        table([[journey["id"], journey["state"], journey["draft"]["name"]] for journey in found]),
        as_json=as_json,
    )


@commands.command()
def start(
    id: JourneyId,
    within_allow_list: WithinAllowList = False,
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Publish the draft; customers enter from now on. Refused while an allow-list holds.

    \b
    Example:
      crm journeys start 0197c1c2-0000-7000-8000-000000000001
    """
    _act("start", None, id, url, key, folder, as_json, within(within_allow_list))


@commands.command()
def pause(
    id: JourneyId,
    mode: Annotated[Mode, typer.Option(help="Those inside stand still, go on without messages, or leave.")] = Mode.HOLD,
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Hand nothing more over; whoever enters waits at the first node.

    \b
    Example:
      crm journeys pause 0197c1c2-0000-7000-8000-000000000001 --mode skip
    """
    _act("pause", {"mode": mode.value}, id, url, key, folder, as_json)


@commands.command()
def resume(id: JourneyId, url: Url = None, key: Key = None, folder: Folder = DEFAULT, as_json: AsJson = False) -> None:
    """Go on after a pause.

    \b
    Example:
      crm journeys resume 0197c1c2-0000-7000-8000-000000000001
    """
    _act("resume", None, id, url, key, folder, as_json)


@commands.command()
def stop(id: JourneyId, url: Url = None, key: Key = None, folder: Folder = DEFAULT, as_json: AsJson = False) -> None:
    """End a journey for ever; everybody inside leaves.

    \b
    Example:
      crm journeys stop 0197c1c2-0000-7000-8000-000000000001
    """
    _act("stop", None, id, url, key, folder, as_json)


@commands.command()
def report(id: JourneyId, url: Url = None, key: Key = None, folder: Folder = DEFAULT, as_json: AsJson = False) -> None:
    """By version and node: who came, who stands there, how the others left; and what became of the messages.

    \b
    Example:
      crm journeys report 0197c1c2-0000-7000-8000-000000000001
    """
    with open_door("campaigns", _ROLE, url, key, folder) as client:
        told = answer_of(client.get(f"/journeys/{id}/report"))
    parts = [told["state"]]
    for number, version in told["versions"].items():
        ended = _counts(version["ended"])
        parts.append(f"version {number}: {version['entered']} entered, {version['goals']} reached the goal; {ended}")
        nodes = [
            [name, str(node["arrived"]), str(node["inside"]), _counts(node["left"])]
            for name, node in version["nodes"].items()
        ]
        parts.append(table([["node", "came", "inside", "left"], *nodes]))
    parts.append(table([[name, str(count)] for name, count in account_rows(told["messages"])]))
    show(told, "\n\n".join(parts), as_json=as_json)


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counts.items()) or "-"


def _act(
    action: str,
    body: Any,
    id: str,
    url: str | None,
    key: str | None,
    folder: Path,
    as_json: bool,
    params: Mapping[str, str] | None = None,
) -> None:
    more = {"json": body} if body is not None else {}
    with open_door("campaigns", _ROLE, url, key, folder) as client:
        moved = answer_of(client.post(f"/journeys/{id}/{action}", params=params, **more))
    show(moved, _line(moved), as_json=as_json)


def _read(file: Path) -> Any:
    try:
        return orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError as error:
        fail(f"{file} is no JSON: {error}.", "Mend that place.", WRONG_USAGE)


def _line(journey: dict[str, Any]) -> str:
    return f"{journey['id']}  {journey['state']}  {journey['draft']['name']}"
