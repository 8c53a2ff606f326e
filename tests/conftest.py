"""What all tests share: real servers."""

pytest_plugins = ["tests.infrastructure"]
