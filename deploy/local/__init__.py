"""The stack without Docker: PostgreSQL, Valkey and Apache Kafka from locked wheels and jars, on loopback."""

from deploy.local.stack import Dsns, LocalStack

__all__ = ["Dsns", "LocalStack"]
