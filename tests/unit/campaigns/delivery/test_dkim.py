"""Signatures are verified by a library of somebody else's, over mails as they go out."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given, settings
from hypothesis import strategies as st

from services.campaigns.content.domain.content import Rendered
from services.campaigns.content.domain.mail import Sender, compose
from services.campaigns.delivery.channels.dkim import BadDkimFile, DkimKey, DkimSigner, read_keys, sign

RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def a_key(private: rsa.RSAPrivateKey = RSA, selector: str = "k1") -> DkimKey:
    return DkimKey("shop.example.test", selector, private)


def a_mail(text: str = "Hello\n", subject: str = "Hello", html: str | None = None) -> bytes:
    return compose(
        Rendered(subject, text, html),
        key=UUID(int=5),
        sender=Sender("news@shop.example.test", "Büro & Söhne"),
        recipient="ann@example.test",
        at=datetime(2026, 3, 1, tzinfo=UTC),
        unsubscribe="https://p.shop.example.test/unsubscribe/1.abc",
    )


def is_genuine(mail: bytes, *keys: DkimKey) -> bool:
    """What a receiving server finds."""
    records = {f"{key.public.name}.".encode(): key.public.record.encode() for key in keys or (a_key(),)}
    return bool(dkim.verify(mail, dnsfunc=lambda name, timeout=5: records.get(name)))


def pem(private: rsa.RSAPrivateKey) -> str:
    return private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


def a_file(folder: Path, *keys: tuple[str, str, str]) -> Path:
    file = folder / "dkim.json"
    entries = [{"domain": domain, "selector": selector, "private_key": key} for domain, selector, key in keys]
    file.write_text(json.dumps(entries))
    return file


@given(
    text=st.text(alphabet=st.sampled_from("ab  \t\n.=ä😀"), max_size=200),
    subject=st.text(alphabet=st.sampled_from("ab  ä😀"), max_size=120),
)
@settings(max_examples=60, deadline=None)
def test_any_mail_of_ours_is_genuine_to_another_library(text: str, subject: str) -> None:
    """Would catch a canonical form that differs from the standard's in blanks, folds or empty lines."""
    assert is_genuine(sign(a_mail(text, subject, f"<p>{text}</p>"), a_key()))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Hello\r\n", b"Hallo\r\n"),
        (b"Subject: Hello", b"Subject: Hullo"),
        (b"List-Unsubscribe: <https://p", b"List-Unsubscribe: <https://q"),
        (b"To: ann", b"To: bob"),
        (b"From: ", b"From: mallory@example.test\r\nFrom: "),
    ],
)
def test_a_changed_mail_is_not(old: bytes, new: bytes) -> None:
    """Would catch a header that is not covered, above all those of RFC 8058, and a second From."""
    mail = sign(a_mail(), a_key())
    assert old in mail
    assert not is_genuine(mail.replace(old, new, 1))


async def test_the_first_key_of_the_senders_domain_signs_and_a_changed_file_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Would catch a rotation that needs a restart, and the key of another domain on our mails."""
    old, new = a_key(RSA, "old"), a_key(OTHER, "new")
    monkeypatch.setattr("services.campaigns.delivery.channels.dkim._LOOK_S", 0.0)
    other = ("other.example.test", "o", pem(RSA))
    file = a_file(tmp_path, other, ("shop.example.test", "old", pem(RSA)), ("shop.example.test", "new", pem(OTHER)))
    signer = DkimSigner(file, "news@Shop.example.test")
    assert [key.name for key in signer.keys][1:] == [old.public.name, new.public.name]
    assert b" s=old;" in await signer.signed(a_mail())
    a_file(tmp_path, other, ("shop.example.test", "new", pem(OTHER)), ("shop.example.test", "old", pem(RSA)))
    assert b" s=new;" in await signer.signed(a_mail())
    file.write_text("[")
    assert b" s=new;" in await signer.signed(a_mail())


async def test_without_a_key_mails_go_as_they_are(tmp_path: Path) -> None:
    assert await DkimSigner(None, "news@shop.example.test").signed(b"x") == b"x"
    file = a_file(tmp_path, ("other.example.test", "o", pem(RSA)))
    assert await DkimSigner(file, "news@shop.example.test").signed(b"x") == b"x"


def test_a_file_that_cannot_be_used_says_why_and_shows_no_key(tmp_path: Path) -> None:
    weak = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    assert read_keys(a_file(tmp_path, ("shop.example.test", "k", pem(weak))))
    for content, told in (
        ("{", "JSON"),
        ('[{"domain": "x y", "selector": "k", "private_key": "SECRET"}]', "0/domain"),
        ('[{"domain": "x.test", "selector": "k", "private_key": "SECRET"}]', "k._domainkey.x.test"),
    ):
        file = tmp_path / "dkim.json"
        file.write_text(content)
        with pytest.raises(BadDkimFile) as refused:
            read_keys(file)
        assert told in str(refused.value)
        assert "SECRET" not in str(refused.value)
    with pytest.raises(BadDkimFile):
        read_keys(tmp_path / "none.json")
