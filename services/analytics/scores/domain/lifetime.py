"""BG/NBD and MBG/NBD: how often a customer will come again, and whether he is still one.

While active a customer buys at a rate of his own (gamma: r, alpha); after each purchase he leaves with a chance of his
own (beta: a, b). Fader, Hardie & Lee, Marketing Science 24 (2005) 275; in the modified model of Batislam, Denizel &
Filiztekin (2007) he may leave after the first purchase too, so that one-time buyers die as well. A customer is (x
repeat days with a purchase, t_x age at the last of them, T age now), ages in weeks since the first purchase.

The models differ only in how many chances there were to leave: y = x, or x + 1. All is computed in logarithms: a
customer of 200 purchases overflows otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.optimize import minimize
from scipy.special import betaln, digamma, gammaln, hyp2f1

Floats = NDArray[np.float64]
Model = Literal["bgnbd", "mbgnbd"]

# Times are scaled to this while fitting, so that alpha is of the size of the others.
_LONGEST = 10.0
BOUND = 1e4
_NEVER = 1e-4


@dataclass(frozen=True, slots=True)
class Purchases:
    """Customers by their sufficient statistics; `weights` is how many customers each row stands for."""

    x: Floats
    t_x: Floats
    T: Floats
    weights: Floats

    @classmethod
    def of(cls, x: Floats, t_x: Floats, T: Floats) -> Purchases:  # noqa: N803 - the literature's name
        """Rows that are equal become one with a weight: a million customers shrink to some ten thousand rows."""
        rows, counts = np.unique(np.column_stack([x, t_x, T]), axis=0, return_counts=True)
        return cls(rows[:, 0], rows[:, 1], rows[:, 2], counts.astype(np.float64))


@dataclass(frozen=True, slots=True)
class Lifetime:
    """A fitted model. `log_likelihood` is that of the whole data."""

    model: Model
    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float = float("nan")

    @property
    def at_bound(self) -> bool:
        """Whether a parameter ran away: the data know no difference, or no leaving."""
        return any(not _NEVER < value < BOUND for value in (self.r, self.alpha, self.a, self.b))


def fit(model: Model, data: Purchases) -> Lifetime:
    """The parameters of the greatest likelihood, by L-BFGS-B with the analytic gradient over their logarithms."""
    scale = _LONGEST / float(data.T.max())
    scaled = Purchases(data.x, data.t_x * scale, data.T * scale, data.weights)
    number = float(data.weights.sum())

    def objective(logs: Floats) -> tuple[float, Floats]:
        values = np.exp(logs)
        rows, slopes = log_likelihoods(Lifetime(model, *values), scaled)
        total = float(data.weights @ rows)
        return -total / number, -(slopes @ data.weights) * values / number

    found = minimize(
        objective, np.zeros(4), jac=True, method="L-BFGS-B", bounds=[(-12.0, 12.0)] * 4,
        options={"ftol": 1e-14, "gtol": 1e-9, "maxiter": 2_000},
    )  # fmt: skip
    r, alpha, a, b = np.exp(found.x)
    likelihood = -float(found.fun) * number + float(data.weights @ data.x) * np.log(scale)
    return Lifetime(model, float(r), float(alpha / scale), float(a), float(b), float(likelihood))


def log_likelihoods(fitted: Lifetime, data: Purchases) -> tuple[Floats, Floats]:
    """The log-likelihood of each row, and its slopes by r, alpha, a, b (4 × rows)."""
    r, alpha, a, b = fitted.r, fitted.alpha, fitted.a, fitted.b
    x, y = data.x, chances(fitted.model, data.x)
    has_left = y > 0
    safe = np.where(has_left, y, 1.0)
    active = betaln(a, b + y) - (r + x) * np.log(alpha + data.T)
    gone = np.where(has_left, betaln(a + 1, b + safe - 1) - (r + x) * np.log(alpha + data.t_x), -np.inf)
    both = np.logaddexp(active, gone)
    value = gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b) + both
    p, q = np.exp(active - both), np.exp(gone - both)
    by_r = digamma(r + x) - digamma(r) + np.log(alpha) - p * np.log(alpha + data.T) - q * np.log(alpha + data.t_x)
    by_alpha = r / alpha - (r + x) * (p / (alpha + data.T) + q / (alpha + data.t_x))
    whole = digamma(a + b + y)
    by_a = digamma(a + b) - digamma(a) + p * (digamma(a) - whole) + q * (digamma(a + 1) - whole)
    by_b = digamma(a + b) - digamma(b) + p * (digamma(b + y) - whole) + q * (digamma(b + safe - 1) - whole)
    return value, np.vstack([by_r, by_alpha, by_a, by_b])


def chances(model: Model, x: Floats) -> Floats:
    """How often the customer could have left."""
    return x if model == "bgnbd" else x + 1


def p_active(fitted: Lifetime, x: Floats, t_x: Floats, T: Floats) -> Floats:  # noqa: N803
    """The probability that the customer is one still. Of a one-time buyer BG/NBD says 1 for ever."""
    y = chances(fitted.model, x)
    safe = np.where(y > 0, y, 1.0)
    odds = np.log(fitted.a / (fitted.b + safe - 1)) + (fitted.r + x) * np.log((fitted.alpha + T) / (fitted.alpha + t_x))
    found: Floats = np.where(y > 0, 1 / (1 + np.exp(np.minimum(odds, 700.0))), 1.0)
    return found


def crossing(fitted: Lifetime, x: Floats, t_x: Floats, threshold: float) -> Floats:
    """The age (weeks since the first purchase) at which P(active) falls to the threshold with no purchase in between,
    not before t_x; infinite when it never does."""
    y = chances(fitted.model, x)
    safe = np.where(y > 0, y, 1.0)
    ratio = np.log((1 / threshold - 1) * (fitted.b + safe - 1) / fitted.a) / (fitted.r + x)
    ages = (fitted.alpha + t_x) * np.exp(np.minimum(ratio, 700.0)) - fitted.alpha
    found: Floats = np.where(y > 0, np.maximum(ages, t_x), np.inf)
    return found


def expected(fitted: Lifetime, x: Floats, t_x: Floats, T: Floats, weeks: float) -> Floats:  # noqa: N803
    """Purchase days expected within the next weeks."""
    r, alpha, b = fitted.r, fitted.alpha, fitted.b
    a = fitted.a + 1e-6 if abs(fitted.a - 1) < 1e-6 else fitted.a  # the formula divides by a - 1
    y = chances(fitted.model, x)
    age = alpha + T
    with np.errstate(all="ignore"):
        series = hyp2f1(r + x, b + y, a + b + y - 1, weeks / (age + weeks))
        found = (a + b + y - 1) / (a - 1) * (1 - np.exp((r + x) * np.log(age / (age + weeks))) * series)
    wrong = ~np.isfinite(found) | (found < 0)
    for index in np.flatnonzero(wrong):
        found[index] = _integrated(fitted, float(x[index]), float(y[index]), float(age[index]), weeks)
    found = found * p_active(fitted, x, t_x, T)
    return np.asarray(found, dtype=np.float64)


def _integrated(fitted: Lifetime, x: float, y: float, age: float, weeks: float) -> float:
    """Of a customer who is active: the mean over the chance p of (1 - (1 + p t / age)^-(r + x)) / p."""
    norm = betaln(fitted.a, fitted.b + y)

    def part(p: float) -> float:
        weight = np.exp((fitted.a - 1) * np.log(p) + (fitted.b + y - 1) * np.log1p(-p) - norm)
        return float(weight * -np.expm1(-(fitted.r + x) * np.log1p(p * weeks / age)) / p)

    return float(quad(part, 0.0, 1.0, limit=200)[0])
