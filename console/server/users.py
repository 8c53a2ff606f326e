"""Local accounts: a file of argon2 hashes, read again when it changes. `python -m console.server.users --help`.

The secrets of one-time codes are encrypted under a key that stands beside the file, not hashed: they must be read.
"""

from __future__ import annotations

import argparse
import asyncio
import getpass
import json
import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.fernet import Fernet, InvalidToken
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from pyotp.exceptions import OTPVerificationError
from redis.asyncio import Redis

from console.server.one_time import issue_link
from console.server.roles import ROLES, UnknownRole, check_roles

SHORTEST_PASSWORD = 12
_HASHER = PasswordHasher()
# Verified for names that do not exist, so that an answer takes the same time for all.
_NOBODY = _HASHER.hash("nobody has this password")


class BadUsersFile(Exception):
    """The file cannot be used; the text says why."""


class User(BaseModel):
    """One account. Without `password_hash` it can be entered by a one-time link only."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._@+-]{0,99}$")
    roles: list[str]
    password_hash: str | None = None
    totp: str | None = Field(None, description="the secret of one-time codes, encrypted")

    @property
    def stamp(self) -> str:
        """Of what it is entered by: a session that began by other words has ended."""
        return sha256(f"{self.password_hash} {self.totp}".encode()).hexdigest()[:16]


_FILE = TypeAdapter(list[User])


@dataclass(slots=True)
class Users:
    """The accounts of one file; a file that is not there holds nobody."""

    path: Path
    _stamp: tuple[int, int] = (0, -1)
    _known: dict[str, User] | None = None

    def all(self) -> list[User]:
        """Everybody, by name."""
        try:
            stat = self.path.stat()
            stamp = (stat.st_mtime_ns, stat.st_size)
        except FileNotFoundError:
            return []
        if self._known is None or stamp != self._stamp:
            self._known = {user.name: user for user in self._read()}
            self._stamp = stamp
        return [self._known[name] for name in sorted(self._known)]

    def find(self, name: str) -> User | None:
        """By exact name."""
        return next((user for user in self.all() if user.name == name), None)

    def verify(self, name: str, password: str) -> User | None:
        """The account, when the password is its own."""
        user = self.find(name)
        expected = user.password_hash if user and user.password_hash else _NOBODY
        try:
            _HASHER.verify(expected, password)
        except (VerificationError, InvalidHashError):
            return None
        return user if user and user.password_hash else None

    def step_of(self, user: User, code: str) -> int | None:
        """The half minute whose one-time code this is, of now and those to either side; None for a wrong code."""
        try:
            secret = self._cipher().decrypt((user.totp or "").encode()).decode()
        except InvalidToken:
            return None
        try:
            return pyotp.TOTP(secret).verify_and_get_timecode(code, valid_window=1)
        except OTPVerificationError:
            return None

    def add(self, name: str, roles: list[str], password: str | None, *, totp: bool = False) -> str | None:
        """Make the account, or change it: with another password its sessions end, and codes that it asks for stay. The
        answer is the address for a code app, when codes were asked for anew.

        Raises UnknownRole, and ValueError for a short password or an odd name.
        """
        if password is not None and len(password) < SHORTEST_PASSWORD:
            raise ValueError(f"a password has {SHORTEST_PASSWORD} characters or more")
        before = self.find(name)
        secret = pyotp.random_base32() if totp else None
        kept = before.totp if before else None
        user = User(
            name=name,
            roles=check_roles(roles),
            password_hash=self._hash(before, password) if password is not None else None,
            totp=self._cipher().encrypt(secret.encode()).decode() if secret else kept,
        )
        self._write([*(account for account in self.all() if account.name != name), user])
        return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="CRM console") if secret else None

    def remove(self, name: str) -> bool:
        """Whether there was such an account. Its sessions end with it."""
        left = [user for user in self.all() if user.name != name]
        if len(left) == len(self.all()):
            return False
        self._write(left)
        return True

    def _hash(self, before: User | None, password: str) -> str:
        """That of before for the same password: it has not changed."""
        same = before is not None and self.verify(before.name, password) is not None
        return before.password_hash if same and before and before.password_hash else _HASHER.hash(password)

    def _read(self) -> list[User]:
        try:
            return _FILE.validate_json(self.path.read_bytes())
        except ValidationError as error:
            raise BadUsersFile(f"{self.path} is no list of accounts: {error.errors()[0]['msg']}") from None

    def _write(self, users: list[User]) -> None:
        _write_private(self.path, json.dumps([user.model_dump(exclude_none=True) for user in users], indent=1))

    def _cipher(self) -> Fernet:
        file = self.path.with_suffix(".key")
        if not file.exists():
            _write_private(file, Fernet.generate_key().decode())
        return Fernet(file.read_bytes())


def _write_private(path: Path, text: str) -> None:
    """Whole or not at all, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    fresh.touch(mode=0o600)
    fresh.write_text(text)
    fresh.replace(path)


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m console.server.users", description=__doc__)
    parser.add_argument("--file", type=Path, required=True, help="USERS_FILE of the console")
    commands = parser.add_subparsers(dest="command", required=True)
    add = commands.add_parser("add", help="make an account or change it; asks for the password. Codes stay")
    add.add_argument("name")
    add.add_argument("--role", action="append", required=True, dest="roles", help=f"one of {', '.join(ROLES)}")
    add.add_argument("--code", action="store_true", help="ask for a one-time code as well (TOTP)")
    add.add_argument("--no-password", action="store_true", help="to be entered by one-time links only")
    commands.add_parser("list", help="names and roles")
    commands.add_parser("remove", help="end an account and its sessions").add_argument("name")
    link = commands.add_parser("link", help="print a sign-in that works once, for ten minutes")
    link.add_argument("name")
    link.add_argument("--redis", required=True, help="REDIS_URL of the console")
    link.add_argument("--address", default="http://127.0.0.1:8000", help="of the console")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Do what the command line says; the exit status."""
    asked = _arguments(argv)
    users = Users(asked.file)
    try:
        return _do(asked, users)
    except (BadUsersFile, UnknownRole, ValueError) as error:
        print(error, file=sys.stderr)
        return 1


def _do(asked: argparse.Namespace, users: Users) -> int:
    if asked.command == "list":
        for user in users.all():
            ways = [way for way, has in (("password", user.password_hash), ("code", user.totp)) if has]
            print(f"{user.name:<24}{', '.join(user.roles):<32}{' + '.join(ways) or 'one-time links only'}")
        return 0
    if asked.command == "add":
        check_roles(asked.roles)
        password = None if asked.no_password else _ask_password()
        if address := users.add(asked.name, asked.roles, password, totp=asked.code):
            print(f"For the code app: {address}")
        return 0
    if asked.command == "remove" and users.remove(asked.name):
        return 0
    if asked.command == "link" and users.find(asked.name):
        print(asyncio.run(_link(asked)))
        return 0
    print(f"there is no account {asked.name}", file=sys.stderr)
    return 1


async def _link(asked: argparse.Namespace) -> str:
    async with Redis.from_url(asked.redis) as redis:
        return await issue_link(redis, asked.address, asked.name)


def _ask_password() -> str:
    """From the terminal without an echo; from a pipe, its first line."""
    if sys.stdin.isatty():
        return getpass.getpass(f"Password ({SHORTEST_PASSWORD} characters or more): ")
    return sys.stdin.readline().rstrip("\n")


if __name__ == "__main__":
    sys.exit(main())
