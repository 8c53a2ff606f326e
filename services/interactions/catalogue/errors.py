"""What the catalogue refuses."""

from __future__ import annotations

from shared.errors import Invalid, NotFound


class NoSuchProduct(NotFound):
    """The catalogue has no product of that id."""

    slug, title = "no-such-product", "No such product"


class InvalidProducts(Invalid):
    """Products that cannot be; none of the batch is kept."""

    slug, title = "invalid-products", "The products are not accepted"
