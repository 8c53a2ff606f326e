"""What all tests share: real servers, and the product on them."""

import os

from hypothesis import settings

pytest_plugins = ["tests.infrastructure", "tests.product"]

# Workers that tests begin in their own process find a port of their own: two of them may run at once.
os.environ["WORKER_PORT"] = "0"

# How long one example takes depends on what else the machine does; a test that hangs has pytest's own time limit.
settings.register_profile("shared-machine", deadline=None)
settings.load_profile("shared-machine")
