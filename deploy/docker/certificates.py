"""In containers with encrypted connections: an authority of this installation's own, and what it signs.

PEM files of P-256 keys, valid for ten years and made once; take a folder's files away to have new ones made. The key of
the authority stays in STATE, which no service sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_VALID = timedelta(days=3650)
_Key = ec.EllipticCurvePrivateKey


class Authority:
    """Signs certificates; made in `folder` when it is not there."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._own, secret = folder / "authority.crt", folder / "authority.key"
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "crm")])
        if not self._own.exists():
            self._key = ec.generate_private_key(ec.SECP256R1())
            _keep(secret, _pem(self._key))
            self._own.write_bytes(self._signed(self._name, self._key, x509.BasicConstraints(ca=True, path_length=0)))
        else:
            read = serialization.load_pem_private_key(secret.read_bytes(), None)
            assert isinstance(read, _Key), "the authority's key was put there by somebody else"
            self._key = read

    @property
    def certificate(self) -> bytes:
        """What clients and servers check each other against, PEM."""
        return self._own.read_bytes()

    def sign(self, folder: Path, name: str, hosts: Sequence[str] = (), *, client: str | None = None) -> None:
        """`<name>.crt` and `<name>.key` in `folder`, for a server that answers under `hosts`, or for a client that is
        called `client`. What is there stays."""
        certificate, secret = folder / f"{name}.crt", folder / f"{name}.key"
        if certificate.exists():
            return
        folder.mkdir(parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        names = [x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])] if hosts else []
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, client or name)])
        _keep(secret, _pem(key))
        certificate.write_bytes(self._signed(subject, key, x509.BasicConstraints(ca=False, path_length=None), *names))

    def _signed(self, subject: x509.Name, key: _Key, *extensions: x509.ExtensionType) -> bytes:
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + _VALID)
        )
        for extension in extensions:
            builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        return builder.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def _pem(key: _Key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _keep(file: Path, content: bytes) -> None:
    file.touch(mode=0o600)
    file.write_bytes(content)
