"""`crm where`: addresses and keys of the local installation."""

from __future__ import annotations

import shlex
from typing import Annotated, Any

import typer

from services.crm import installation
from services.crm.installation import DEFAULT
from services.crm.output import WRONG_USAGE, AsJson, fail, show, table
from services.crm.settings import Folder
from services.registry import SERVICES


def where(
    env: Annotated[str | None, typer.Option(metavar="SERVICE", help="Print this service's environment.")] = None,
    folder: Folder = DEFAULT,
    as_json: AsJson = False,
) -> None:
    """Print the addresses and keys of the local installation again; with --env, what its processes are given.

    \b
    Example:
      crm where
      eval "$(crm where --env analytics)"
    """
    if env is not None and env not in SERVICES:
        fail(f"{env} is no service.", f"Name one of {', '.join(SERVICES)}.", WRONG_USAGE)
    if env is not None:
        environment = installation.environment_of(folder, env)
        lines = [f"export {name}={shlex.quote(value)}" for name, value in environment.items()]
        show(environment, "\n".join(lines), as_json=as_json)
        return
    urls = {service: f"http://127.0.0.1:{installation.environment_of(folder, service)['PORT']}" for service in SERVICES}
    keys = {role: key for role, key in installation.keys_of(folder).items() if not role.startswith("service-")}
    inbox = installation.inbox_of(folder)
    body: dict[str, Any] = {"services": urls, "inbox": inbox, "keys": keys}
    places = [[service, url, f"{url}/docs"] for service, url in urls.items()]
    places += [["inbox", inbox, ""]] if inbox else []
    text = (
        f"{table(places)}\n\nA key for each role (Authorization: Bearer …):\n{table([[*key] for key in keys.items()])}"
    )
    show(body, text, as_json=as_json)
