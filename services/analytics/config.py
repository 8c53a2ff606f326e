"""Settings of analytics."""

from typing import Annotated, ClassVar

from pydantic import Field

from shared.config import ServiceSettings


class Settings(ServiceSettings):
    """What app and worker read from the environment."""

    service: ClassVar[str] = "analytics"

    # The estimate takes up to 1.2 s more, and a smaller one 0.3 if even that is too long: an answer comes within five.
    preview_limit_s: float = Field(3.5, gt=0, description="a preview that takes longer is answered by an estimate")
    fact_days: int | None = Field(None, ge=1, description="days that facts are kept; windows cannot be longer")
    contact_costs: dict[str, Annotated[int, Field(ge=0)]] = Field(
        {},
        description="what one contact or message costs by channel, in minor units of the base currency, as JSON:"
        ' {"phone": 450, "post": 95, "email": 0}. Channels that are not named are told as unpriced',
    )
    reconcile_sample: int = Field(10_000, ge=1, description="customers that the nightly reconciliation compares")
