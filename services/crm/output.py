"""What the commands print: text for people, JSON for programs, and failures with their cure."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn

import asyncpg
import orjson
import typer
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from shared.errors import Refusal

REFUSED, WRONG_USAGE = 1, 2

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def show(value: Any, text: str, *, as_json: bool) -> None:
    """Print `value` as JSON, or `text`."""
    if as_json:
        typer.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS, default=str))
    elif text:
        typer.echo(text)


def fail(what: str, cure: str, status: int = REFUSED) -> NoReturn:
    """End the command with what is wrong and what to do about it, on standard error."""
    typer.echo(f"Error: {what}\nCure: {cure}", err=True)
    raise typer.Exit(status)


@contextmanager
def failures_explained() -> Iterator[None]:
    """Refusals, and a database that cannot be used, end the command with a message instead of a traceback."""
    try:
        yield
    except Refusal as refusal:
        fail(refusal.detail, refusal.cure or "Look at it again: its state may have changed.")
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, SQLAlchemyError) as error:
        cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
        fail(
            f"The database cannot be used: {cause}",
            "Is it running, does DATABASE_URL name it rightly, and was `crm migrate` run on it?",
        )


def table(rows: list[list[str]]) -> str:
    """Rows as lines whose columns are aligned; the last column is as long as it likes."""
    if not rows:
        return ""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]).rstrip()
        for row in rows
    )
