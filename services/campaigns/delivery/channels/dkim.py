"""Sign mails with DKIM (RFC 6376): relaxed/relaxed, RSA-SHA256, which every receiver verifies."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from services.campaigns.delivery.domain.dkim import PublicKey
from shared.clock import MACHINE
from shared.observability.logging import get_logger

log = get_logger(__name__)

# RFC 8058 wants both of List-Unsubscribe covered. From stands twice, so that nobody adds a second one.
_SIGNED = (
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "list-unsubscribe",
    "list-unsubscribe-post",
)
_OVERSIGNED = ("from",)
_BLANKS = re.compile(rb"[ \t]+")
_LINE_END_BLANKS = re.compile(rb"[ \t]+(?=\r\n)")
_LOOK_S = 1.0
_SMALLEST_RSA_BITS = 1024


class BadDkimFile(Exception):
    """The file of DKIM keys cannot be used; the text names the fault."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    domain: str = Field(pattern=r"^[a-z0-9.-]{1,253}$")
    selector: str = Field(pattern=r"^[a-zA-Z0-9._-]{1,63}$")
    private_key: str


_ENTRIES = TypeAdapter(list[_Entry])


@dataclass(frozen=True, slots=True)
class DkimKey:
    """A key of a domain, published under its selector."""

    domain: str
    selector: str
    private: rsa.RSAPrivateKey

    @property
    def public(self) -> PublicKey:
        """What the domain's DNS has to tell."""
        der = self.private.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return PublicKey(self.domain, self.selector, base64.b64encode(der).decode())


def read_keys(file: Path) -> list[DkimKey]:
    """The keys in a JSON file: [{"domain", "selector", "private_key" (PEM)}]. Of each domain the first one signs, the
    others are those to which or from which one changes. Raises BadDkimFile."""
    try:
        entries = _ENTRIES.validate_json(file.read_bytes())
        return [DkimKey(entry.domain, entry.selector, _private(entry)) for entry in entries]
    except OSError as error:
        raise BadDkimFile(f"{file}: {error.strerror}") from error
    except ValidationError as error:
        places = ", ".join("/".join(map(str, fault["loc"])) or "JSON" for fault in error.errors())
        # Not what stands there: it may be a key.
        raise BadDkimFile(f"{file}: not valid at {places}") from None


def sign(content: bytes, key: DkimKey) -> bytes:
    """The mail with its signature in front. Its line ends are CRLF."""
    head, _, body = content.partition(b"\r\n\r\n")
    headers = _headers(head)
    covered = [name for name in _SIGNED if name in headers]
    names = ":".join((*covered, *_OVERSIGNED))
    digest = base64.b64encode(hashlib.sha256(_relaxed_body(body)).digest()).decode()
    value = (
        f" v=1; a=rsa-sha256; c=relaxed/relaxed; d={key.domain};\r\n s={key.selector};"
        f"\r\n h={names};\r\n bh={digest};\r\n b="
    ).encode()
    told = b"".join([b"%s:%s\r\n" % (name.encode(), headers[name]) for name in covered])
    told += b"dkim-signature:" + _relaxed(value)
    signature = base64.b64encode(key.private.sign(told, padding.PKCS1v15(), hashes.SHA256()))
    folded = b"\r\n ".join(signature[at : at + 72] for at in range(0, len(signature), 72))
    return b"DKIM-Signature:" + value + folded + b"\r\n" + content


class DkimSigner:
    """Signs for the domain of a sender with the keys of a file, which is read again when it changes."""

    def __init__(self, file: Path | None, sender: str) -> None:
        self._file = file
        self._domain = sender.rpartition("@")[2].lower()
        self._looked_at = MACHINE.monotonic()
        self._stamp = _stamp(file)
        self._keys = read_keys(file) if file is not None else []

    @property
    def keys(self) -> Sequence[PublicKey]:
        """What the DNS of all these domains has to tell."""
        self._look()
        return [key.public for key in self._keys]

    async def signed(self, content: bytes) -> bytes:
        """The mail as it goes out: signed, when there is a key for the sender's domain."""
        self._look()
        key = next((key for key in self._keys if key.domain == self._domain), None)
        if key is None:
            return content
        # Half a millisecond and more, outside of Python: beside the loop.
        return await asyncio.to_thread(sign, content, key)

    def _look(self) -> None:
        """A file that cannot be used any more leaves the keys as they were: mails without a signature would be
        refused."""
        now = MACHINE.monotonic()
        if self._file is None or now - self._looked_at < _LOOK_S:
            return
        self._looked_at = now
        if (stamp := _stamp(self._file)) == self._stamp:
            return
        self._stamp = stamp
        try:
            self._keys = read_keys(self._file)
            log.info("dkim_keys_read", keys=len(self._keys))
        except BadDkimFile as error:
            log.error("dkim_keys_not_read", error=str(error))


def _private(entry: _Entry) -> rsa.RSAPrivateKey:
    where = f"{entry.selector}._domainkey.{entry.domain}"
    try:
        key = serialization.load_pem_private_key(entry.private_key.encode(), password=None)
    except (ValueError, TypeError) as error:
        raise BadDkimFile(f"{where}: the private key is no PEM without a password") from error
    if not isinstance(key, rsa.RSAPrivateKey):
        raise BadDkimFile(f"{where}: not an RSA key")
    if key.key_size < _SMALLEST_RSA_BITS:
        raise BadDkimFile(f"{where}: a key of {key.key_size} bits is refused everywhere")
    return key


def _stamp(file: Path | None) -> tuple[int, int] | None:
    try:
        found = file.stat() if file is not None else None
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_ino) if found is not None else None


def _headers(head: bytes) -> dict[str, bytes]:
    """The headers by lower-case name, each value relaxed; of several the last, which is the one that counts."""
    found: dict[str, bytes] = {}
    for line in re.split(rb"\r\n(?![ \t])", head):
        name, _, value = line.partition(b":")
        found[name.decode("ascii", "replace").strip().lower()] = _relaxed(value)
    return found


def _relaxed(value: bytes) -> bytes:
    return _BLANKS.sub(b" ", value.replace(b"\r\n", b"")).strip()


def _relaxed_body(body: bytes) -> bytes:
    relaxed = _LINE_END_BLANKS.sub(b"", body if body.endswith(b"\r\n") else body + b"\r\n")
    if b"  " in relaxed or b"\t" in relaxed:
        relaxed = _BLANKS.sub(b" ", relaxed)
    relaxed = relaxed.rstrip(b"\r\n")
    return relaxed + b"\r\n" if relaxed else b""
