"""Future value: fitted when the data support it, refused with the reason when they do not, and told for each customer.

CLV = sum over the periods i of (E[Y(t_i)] - E[Y(t_{i-1})]) * E[worth of a purchase] * margin / (1 + d)^i.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.analytics.scores.domain import lifetime, spend
from services.analytics.scores.domain.lifetime import Lifetime, Model, Purchases
from services.analytics.scores.domain.spend import Spend

Floats = NDArray[np.float64]

FEWEST_CUSTOMERS = 300
FEWEST_REPEATERS = 100
LARGEST_ERROR = 0.30
"""Of the purchases predicted for the last fifth of the time, against those that were made."""
LARGEST_CORRELATION = 0.30
WEEKS_A_YEAR = 365.25 / 7
PERIOD_WEEKS = WEEKS_A_YEAR / 12


class NotSupported(ValueError):
    """The data do not support the model; `slug` names the reason, the text tells the numbers."""

    def __init__(self, slug: str, text: str) -> None:
        super().__init__(text)
        self.slug = slug


@dataclass(frozen=True, slots=True)
class Histories:
    """Customers with a purchase, by repeat purchase days: x, age at the last (t_x) and now (T) in weeks, and the mean
    worth of a repeat day (0 without one). Of those who had come before the last part of the time began the same as of
    then (`then`), and how many days with a purchase followed in it (`later`)."""

    x: Floats
    t_x: Floats
    T: Floats
    mean: Floats
    then_x: Floats
    then_t_x: Floats
    then_T: Floats  # noqa: N815 - the literature's name
    later: Floats
    later_weeks: float


@dataclass(frozen=True, slots=True)
class Fitted:
    """Parameters, frozen, and how well they did."""

    lifetime: Lifetime
    spend: Spend
    quality: dict[str, float]

    def parameters(self) -> dict[str, Any]:
        """All that is needed to score by them again."""
        return {"lifetime": asdict(self.lifetime), "spend": asdict(self.spend)}


def fit(model: Model, data: Histories) -> Fitted:
    """The model of these customers. Raises NotSupported when it could not be believed."""
    repeaters = data.x > 0
    if len(data.x) < FEWEST_CUSTOMERS or repeaters.sum() < FEWEST_REPEATERS:
        raise NotSupported(
            "too-few-customers",
            f"{len(data.x)} customers with a purchase, {int(repeaters.sum())} with a second one; needed are"
            f" {FEWEST_CUSTOMERS} and {FEWEST_REPEATERS}.",
        )
    error = _holdout_error(model, data)
    if error is not None and abs(error) > LARGEST_ERROR:
        raise NotSupported(
            "holdout-error",
            f"Fitted on the time before, the model was off by {error:+.0%} in the last {data.later_weeks:.0f} weeks;"
            f" {LARGEST_ERROR:.0%} is allowed.",
        )
    fitted = lifetime.fit(model, Purchases.of(data.x, data.t_x, data.T))
    _bounded(fitted)
    worth = repeaters & (data.mean > 0)
    if worth.sum() < FEWEST_REPEATERS:
        raise NotSupported("too-few-amounts", f"{int(worth.sum())} repeat customers have purchases of a known value.")
    correlation = float(np.corrcoef(data.x[worth], data.mean[worth])[0, 1]) if np.ptp(data.x[worth]) else 0.0
    if abs(correlation) > LARGEST_CORRELATION:
        raise NotSupported(
            "value-depends-on-frequency",
            f"How often somebody buys and for how much go together (r = {correlation:.2f}); gamma-gamma supposes that"
            " they do not.",
        )
    money = spend.fit(data.x[worth], data.mean[worth])
    if money.mean is None:
        raise NotSupported("no-mean-value", f"The worth of a purchase has no finite mean (q = {money.q:.2f}).")
    quality = {"correlation": correlation} | ({} if error is None else {"holdout_error": error})
    return Fitted(fitted, money, quality)


def clv(fitted: Fitted, data: Histories, weeks: float, yearly_discount: float, margin: float) -> Floats:
    """The discounted value of the purchases of the next weeks, by months, in the unit of the means."""
    monthly = (1 + yearly_discount) ** (1 / 12) - 1
    # Only repeat means of a known worth say something of a customer; of others the population's is taken.
    known = np.where(data.mean > 0, data.x, 0.0)
    worth = spend.expected(fitted.spend, known, data.mean) * margin
    total, before, number, until = np.zeros(len(data.x)), np.zeros(len(data.x)), 0, 0.0
    while until < weeks:
        number, until = number + 1, min(weeks, (number + 1) * PERIOD_WEEKS)
        so_far = lifetime.expected(fitted.lifetime, data.x, data.t_x, data.T, until)
        total += (so_far - before) * worth / (1 + monthly) ** number
        before = so_far
    return total


def _holdout_error(model: Model, data: Histories) -> float | None:
    """How far the purchases predicted for the last part lie above those that were made; None without enough."""
    known = data.then_T > 0
    if known.sum() < FEWEST_CUSTOMERS or (data.then_x[known] > 0).sum() < FEWEST_REPEATERS or not data.later.any():
        return None
    x, t_x, age = data.then_x[known], data.then_t_x[known], data.then_T[known]
    fitted = lifetime.fit(model, Purchases.of(x, t_x, age))
    _bounded(fitted)
    predicted = float(lifetime.expected(fitted, x, t_x, age, data.later_weeks).sum())
    return predicted / float(data.later[known].sum()) - 1


def _bounded(fitted: Lifetime) -> None:
    if fitted.at_bound:
        raise NotSupported(
            "parameter-at-bound",
            f"r = {fitted.r:.3g}, alpha = {fitted.alpha:.3g}, a = {fitted.a:.3g}, b = {fitted.b:.3g}: the data show no"
            " leaving, or no difference between customers.",
        )
