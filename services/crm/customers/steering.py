"""`crm customers imports` and `undo`: what became of files, and taking it back."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import typer

from services.crm import file_imports
from services.crm.customers.importing import import_as_text
from services.crm.doors import Key, Url, answer_of, open_door
from services.crm.installation import DEFAULT
from services.crm.output import WRONG_USAGE, AsJson, fail, show, table
from services.crm.settings import Folder

_STEERED = ("pause", "resume", "cancel")


def imports(
    import_id: Annotated[UUID | None, typer.Argument(help="One of them; the newest are listed without it.")] = None,
    ask: Annotated[str | None, typer.Option(metavar="WHAT", help="Of one: pause, resume or cancel.")] = None,
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """List imports, show one, pause it, go on with it or end it.

    \b
    Example:
      crm customers imports
      crm customers imports 0197a3b2-0000-7000-8000-000000000001 --ask pause
    """
    if ask is not None and (import_id is None or ask not in _STEERED):
        fail(f"not understood: --ask {ask}", f"Name an import, and one of {', '.join(_STEERED)}.", WRONG_USAGE)
    with open_door("customers", "operator", url, key, folder) as client:
        if import_id is None:
            listed = answer_of(client.get("/imports", params={"limit": 50}))["items"]
            show(listed, _list(listed), as_json=as_json)
            return
        if ask is not None:
            answer_of(client.post(f"/imports/{import_id}/{ask}"))
        made = answer_of(client.get(f"/imports/{import_id}"))
    show(made, import_as_text(made), as_json=as_json)


def undo(
    which: Annotated[UUID, typer.Argument(metavar="ID", help="Of an import or of a merge.")],
    url: Url = None,
    key: Key = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Take a whole import back, or undo a merge: everybody is as if it had not been.

    \b
    Example:
      crm customers undo 0197a3b2-0000-7000-8000-000000000001
    """
    with open_door("customers", "operator", url, key, folder) as client:
        if client.get(f"/imports/{which}").is_success:
            made = file_imports.wait(client, f"/imports/{which}", "undo")
            made = answer_of(client.get(f"/imports/{which}"))
            show(made, import_as_text(made), as_json=as_json)
            return
        merge = answer_of(client.post(f"/merges/{which}/undo"))
        text = f"merge {which} is undone: {merge['absorbed']} stands for itself again"
        show(merge, text, as_json=as_json)


def _list(listed: list[dict[str, Any]]) -> str:
    rows = [
        [made["import_id"], made["state"], f"{made['rows_done']}/{made['rows']}", made["created_by"], made["file_name"]]
        for made in listed
    ]
    return table([["import", "state", "rows", "by", "file"], *rows])
