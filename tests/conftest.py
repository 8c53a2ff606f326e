"""What all tests share: real servers, and the product on them."""

from hypothesis import settings

pytest_plugins = ["tests.infrastructure", "tests.product"]

# How long one example takes depends on what else the machine does; a test that hangs has pytest's own time limit.
settings.register_profile("shared-machine", deadline=None)
settings.load_profile("shared-machine")
