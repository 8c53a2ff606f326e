"""docker-compose.yml, read as Docker reads it: what each container may do and see."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509

from deploy.docker.secrets import make_secrets
from deploy.local.installation import LINKING

ROOT = Path(__file__).parents[2]
SERVICES = ("customers", "interactions", "analytics", "campaigns", "privacy")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
CONTAINERS: dict[str, Any] = COMPOSE["services"]
ENCRYPTED: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.tls.yml").read_text())["services"]
# Those that make the secrets, and the demonstration, which plays everybody.
SEE_EVERYTHING = {"secrets", "migrate", "demo"}


def mounts(container: str) -> dict[str, str]:
    """Volume → where and how it is mounted."""
    return dict(mount.split(":", 1) for mount in CONTAINERS[container].get("volumes", []))


@pytest.mark.parametrize("container", CONTAINERS)
def test_every_container_can_do_as_little_as_it_needs(container: str) -> None:
    """Catches a new container that may write into its image or has rights of root."""
    made = CONTAINERS[container]
    assert made["read_only"] is True
    assert made["cap_drop"] == ["ALL"]
    assert "cap_add" not in made
    assert "no-new-privileges:true" in made["security_opt"]


@pytest.mark.parametrize("container", sorted(CONTAINERS.keys() - SEE_EVERYTHING))
def test_every_container_sees_its_own_secrets_only(container: str) -> None:
    """Catches a service that could call its neighbours, or enter their databases, as one of them."""
    own = container.removesuffix("-app").removesuffix("-worker")
    secret = {volume for volume in mounts(container) if volume.startswith("secrets-") or volume == "state"}
    assert secret <= {f"secrets-{own}"}
    assert all(mounts(container)[volume].endswith(":ro") for volume in secret | ({"common"} & mounts(container).keys()))
    if own in SERVICES:
        assert secret == {f"secrets-{own}"}


def test_every_volume_is_declared_and_used() -> None:
    """Catches a misspelt volume: Docker would make an empty one."""
    used = {volume for container in CONTAINERS for volume in mounts(container)}
    assert used == set(COMPOSE["volumes"])


def test_no_password_stands_in_the_file() -> None:
    """Catches one that everybody who reads this repository knows."""
    text = (ROOT / "docker-compose.yml").read_text()
    assert not re.search(r"://[^/\s]*:[^/\s]*@", text)
    assert not re.search(r"PASSWORD: *\S", text)


def test_ports_are_published_to_this_machine_only() -> None:
    """Catches a database or an API that the whole network can reach."""
    published = [port for made in CONTAINERS.values() for port in made.get("ports", [])]
    assert published
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_each_folder_of_secrets_holds_what_its_container_reads(tmp_path: Path) -> None:
    """Catches a key of one service in the folder of another, and a server whose password nobody has."""
    environment = {name: str(tmp_path / name.lower()) for name in ("STATE", "COMMON", "SECRETS")}
    make_secrets(environment)
    first = {file: file.read_text() for file in tmp_path.rglob("*") if file.is_file()}
    make_secrets(environment)
    assert {file: file.read_text() for file in tmp_path.rglob("*") if file.is_file()} == first
    own = tmp_path / "secrets"
    for service in SERVICES:
        links = {"link_keys"} if service in LINKING else set()
        assert {file.name for file in (own / service).iterdir()} == links | {
            "service_key", "installation_key", "database_url", "redis_url",
        }  # fmt: skip
        assert (own / service / "database_url").read_text().startswith(f"postgresql://{service}:")
    secrets = [(own / service / name).read_text() for service in SERVICES for name in ("service_key", "database_url")]
    assert len(set(secrets)) == len(secrets)
    password = (own / "redis/password").read_text()
    assert f":{password}@" in (own / "campaigns/redis_url").read_text()
    assert f"requirepass {password}\n" in (own / "redis/redis.conf").read_text()
    assert all(file.stat().st_mode & 0o077 == 0 for file in own.rglob("*") if file.is_file() and file.suffix != ".json")
    common = (tmp_path / "common/api-keys.json").read_text()
    assert not [key for key in secrets if key in common]


def test_volumes_of_before_keep_the_password_that_their_server_knows(tmp_path: Path) -> None:
    """Catches an upgrade that locks an installation out of its own database."""
    environment = {name: str(tmp_path / name) for name in ("STATE", "COMMON", "SECRETS")}
    (tmp_path / "STATE" / "secrets").mkdir(parents=True)
    make_secrets(environment)
    assert (tmp_path / "SECRETS" / "postgres" / "password").read_text() == "local-only"


def test_with_encryption_everybody_who_reaches_the_broker_shows_a_certificate() -> None:
    """Catches a container that is forgotten: the broker would refuse it, and one that is misspelt would stand alone."""
    assert ENCRYPTED.keys() <= CONTAINERS.keys()
    # The console has the broker's address with all others and never calls it.
    reaching = {name for name, made in CONTAINERS.items() if "KAFKA_BOOTSTRAP" in made.get("environment", {})}
    for container in reaching - {"console"}:
        more = ENCRYPTED[container]["environment"]
        assert more["KAFKA_SECURITY_PROTOCOL"] == "SSL"
        for setting in ("KAFKA_CA_FILE", "KAFKA_CERT_FILE", "KAFKA_KEY_FILE"):
            volume = Path(more[setting]).parts[1]
            mounted = {where.split(":")[0] for where in mounts(container).values()}
            assert f"/{volume}" in mounted, f"{container} does not see {more[setting]}"


def test_with_encryption_every_address_demands_it_and_certificates_stay(tmp_path: Path) -> None:
    """Catches an address that would also be content without TLS, a key that others see, and certificates that change
    at each start under servers that have read them."""
    environment = {name: str(tmp_path / name.lower()) for name in ("STATE", "COMMON", "SECRETS")} | {"TLS": "on"}
    make_secrets(environment)
    first = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    make_secrets(environment)
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == first
    own, state = tmp_path / "secrets", tmp_path / "state"
    for service in SERVICES:
        assert "sslmode=verify-full" in (own / service / "database_url").read_text()
        assert (own / service / "redis_url").read_text().startswith("rediss://")
        shown = x509.load_pem_x509_certificate((own / service / "kafka-client.crt").read_bytes())
        assert shown.subject.rfc4514_string() == f"CN={service}"
        assert (own / service / "kafka-client.key").stat().st_mode & 0o077 == 0
    assert "sslmode=verify-full" in (state / "postgres_dsn").read_text()
    authority = x509.load_pem_x509_certificate((tmp_path / "common/authority.pem").read_bytes())
    for server in ("postgres", "redis", "kafka"):
        x509.load_pem_x509_certificate((own / server / f"{server}.crt").read_bytes()).verify_directly_issued_by(
            authority
        )
    assert not list(own.rglob("authority.key"))
