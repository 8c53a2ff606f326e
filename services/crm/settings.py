"""The settings of a service for one command: from the environment, else from the local installation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.crm import installation
from services.crm.output import WRONG_USAGE, fail
from services.registry import SERVICES, settings_of
from shared.config import ServiceSettings

Folder = Annotated[Path, typer.Option(help="Folder of a local installation, used when DATABASE_URL is not set.")]
_PLACEHOLDER = "{service}"


def _known(service: str) -> str:
    if service not in SERVICES:
        raise typer.BadParameter(f"{service!r} is none of {', '.join(SERVICES)}")
    return service


Service = Annotated[str, typer.Argument(callback=_known, metavar="SERVICE", help=f"One of {', '.join(SERVICES)}.")]


class _Environment(BaseSettings):
    model_config = SettingsConfigDict(extra="ignore")

    database_url: str | None = None


class DatabaseSettings(ServiceSettings):
    """For commands that need nothing but the service's database."""

    kafka_bootstrap: str = ""
    redis_url: str = ""
    api_keys_file: Path = Path()

    def unsafe(self) -> list[str]:
        """Nothing is served here."""
        return []


def settings_for(service: str, folder: Path) -> ServiceSettings:
    """All settings of a service. Ends the command when some are missing, and names them."""
    given = _given(service, folder)
    try:
        return settings_of(service, **given)
    except ValidationError as error:
        _explain(error)


def database_url_for(service: str, folder: Path) -> str:
    """The address of a service's database. Ends the command when there is none."""
    try:
        return DatabaseSettings(**_given(service, folder)).database_url
    except ValidationError as error:
        _explain(error)


def database_is_shared(folder: Path) -> bool:
    """Whether what is set names one database for all services, so that a command cannot go through them."""
    url = _Environment().database_url
    return _PLACEHOLDER not in url if url is not None else not installation.exists(folder)


def database_is_named() -> bool:
    """Whether the environment names databases, so that no local installation is asked."""
    return _Environment().database_url is not None


def _given(service: str, folder: Path) -> dict[str, Any]:
    url = _Environment().database_url
    if url is not None:
        return {"database_url": url.replace(_PLACEHOLDER, service)}
    if installation.exists(folder):
        return {name.lower(): _read(value) for name, value in installation.environment_of(folder, service).items()}
    return {}


def _read(value: str) -> Any:
    """As the settings themselves read a variable of the environment: lists and objects are JSON."""
    return json.loads(value) if value.startswith(("[", "{")) else value


def _explain(error: ValidationError) -> NoReturn:
    missing = [str(fault["loc"][0]).upper() for fault in error.errors() if fault["type"] == "missing"]
    others = [
        f"{'.'.join(map(str, fault['loc'])).upper()}: {fault['msg']}".removeprefix(": ")
        for fault in error.errors()
        if fault["type"] != "missing"
    ]
    fail(
        "; ".join(([f"not set: {', '.join(missing)}"] if missing else []) + others),
        "Give this command the environment of the service's own processes (docs/operations.md, Settings), or name the "
        "folder of a local installation with --folder.",
        WRONG_USAGE,
    )
