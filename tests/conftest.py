"""What all tests share: real servers, and the product on them."""

pytest_plugins = ["tests.infrastructure", "tests.product"]
