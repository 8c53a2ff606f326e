"""In containers, before any server starts: `python -m deploy.docker.secrets` makes every password and key once, and
puts into each container's own folder what that container needs and nothing else. Harmless when all of it is there.

STATE holds what only the preparation and the demonstration read, COMMON what every service may (hashes of keys), and
SECRETS a folder for each container, which is a volume of its own. With TLS=on the servers get certificates, and the
services addresses that demand them and certificates by which the broker knows who they are (docker-compose.tls.yml).
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from deploy.docker.certificates import Authority
from deploy.local.console import make_owner
from deploy.local.databases import address, load_passwords
from deploy.local.installation import LINKING, SERVICES
from deploy.local.keys import load_keys, write_key_file

_SERVER = "postgresql://postgres:5432/"
_REDIS_PORT = 6379
# As every container sees it.
_AUTHORITY = "/common/authority.pem"
_PASSWORD_OF_BEFORE = "local-only"
_REDIS_TLS = f"""port 0
tls-port {_REDIS_PORT}
tls-cert-file /secrets/redis.crt
tls-key-file /secrets/redis.key
tls-ca-cert-file /secrets/authority.pem
tls-auth-clients no
"""
# For the tools inside of the broker's container.
_KAFKA_CLIENT = """security.protocol=SSL
ssl.keystore.type=PEM
ssl.keystore.location=/secrets/kafka.pem
ssl.truststore.type=PEM
ssl.truststore.location=/secrets/authority.pem
"""


def make_secrets(environment: Mapping[str, str]) -> None:
    """All of it. A secret's file is named like the setting that reads it (SECRETS_DIR)."""
    state, common, own = (Path(environment[name]) for name in ("STATE", "COMMON", "SECRETS"))
    for folder in (state, common):
        folder.mkdir(parents=True, exist_ok=True)
    keys = load_keys(state)
    write_key_file(common, keys)
    servers = _server_passwords(state)
    roles = load_passwords(state, SERVICES)
    server, redis = _SERVER, f"redis://:{servers['redis']}@redis:{_REDIS_PORT}/0"
    encrypted = environment.get("TLS") == "on"
    if encrypted:
        _certify(state, common, own)
        redis = redis.replace("redis:", "rediss:", 1) + f"?ssl_ca_certs={_AUTHORITY}"
        if environment.get("POSTGRES_TLS", "on") == "on":
            server += f"?sslmode=verify-full&sslrootcert={_AUTHORITY}"
    # For the preparation, which makes databases and roles, and the demonstration, which looks into all of them.
    _write(state, {"postgres_dsn": address(server, "postgres", servers["postgres"], role="crm"), "redis_dsn": redis})
    for service in SERVICES:
        database = address(server, service, roles[service])
        written = {"service_key": keys[f"service-{service}"], "installation_key": keys["installation"],
                   "database_url": database, "redis_url": redis}  # fmt: skip
        if service in LINKING:
            written["link_keys"] = f"1:{keys['links']}"
        _write(own / service, written)
    _write(own / "console", {"service_key": keys["service-console"], "redis_url": redis})
    make_owner(own / "console/users.json")
    _write(own / "postgres", {"password": servers["postgres"]})
    configuration = f'requirepass {servers["redis"]}\nsave ""\nappendonly no\n' + (_REDIS_TLS if encrypted else "")
    _write(own / "redis", {"password": servers["redis"], "redis.conf": configuration})


def _certify(state: Path, common: Path, own: Path) -> None:
    """Certificates of the three servers, and of everybody whom the broker lets in."""
    authority = Authority(state / "authority")
    (common / "authority.pem").write_bytes(authority.certificate)
    for server in ("postgres", "redis", "kafka"):
        authority.sign(own / server, server, [server])
        (own / server / "authority.pem").write_bytes(authority.certificate)
    for service in SERVICES:
        authority.sign(own / service, "kafka-client", client=service)
    authority.sign(state, "kafka-client", client="admin")
    # The broker wants key and certificate in one file, and its user has another number than all others here.
    kafka = own / "kafka"
    (kafka / "kafka.pem").write_bytes((kafka / "kafka.key").read_bytes() + (kafka / "kafka.crt").read_bytes())
    (kafka / "client.properties").write_text(_KAFKA_CLIENT)


def _server_passwords(state: Path) -> dict[str, str]:
    file = state / "server-passwords.json"
    passwords: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    if not passwords and (state / "secrets").is_dir():
        # Volumes of a version that had no passwords of its own: their server knows this one.
        passwords["postgres"] = _PASSWORD_OF_BEFORE
    for server in ("postgres", "redis"):
        passwords.setdefault(server, secrets.token_urlsafe(24))
    _write(state, {file.name: json.dumps(passwords)})
    return passwords


def _write(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, value in files.items():
        file = folder / name
        file.touch(mode=0o600)
        file.write_text(value)


if __name__ == "__main__":
    make_secrets(os.environ)
