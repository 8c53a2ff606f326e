"""Gamma-gamma: what a purchase of a customer is worth (Fader & Hardie, note 025, 2013; Colombo & Jiang 1999).

Each customer's purchases vary about a mean of his own. Fitted on customers with repeat purchases only, by the mean of
those; it supposes that how often somebody buys says nothing of how much.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import digamma, gammaln

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spend:
    """A fitted model; gamma is in the unit of the money."""

    p: float
    q: float
    gamma: float
    log_likelihood: float = float("nan")

    @property
    def mean(self) -> float | None:
        """The mean purchase over all customers; None when the model has none (q of 1 or less)."""
        return self.p * self.gamma / (self.q - 1) if self.q > 1 else None


def fit(x: Floats, mean: Floats) -> Spend:
    """The parameters of the greatest likelihood, of customers with x > 0 repeat purchases of a positive mean."""
    scale = float(np.mean(mean))
    values = mean / scale

    def objective(logs: Floats) -> tuple[float, Floats]:
        p, q, gamma = np.exp(logs)
        rows, slopes = log_likelihoods(Spend(p, q, gamma), x, values)
        return -float(rows.mean()), -slopes.mean(axis=1) * np.array([p, q, gamma])

    found = minimize(
        objective, np.zeros(3), jac=True, method="L-BFGS-B", bounds=[(-12.0, 12.0)] * 3,
        options={"ftol": 1e-14, "gtol": 1e-9, "maxiter": 2_000},
    )  # fmt: skip
    p, q, gamma = np.exp(found.x)
    fitted = Spend(float(p), float(q), float(gamma * scale))
    return Spend(fitted.p, fitted.q, fitted.gamma, float(log_likelihoods(fitted, x, mean)[0].sum()))


def log_likelihoods(fitted: Spend, x: Floats, mean: Floats) -> tuple[Floats, Floats]:
    """The log-likelihood of each customer's mean, and its slopes by p, q, gamma (3 × customers)."""
    p, q, gamma = fitted.p, fitted.q, fitted.gamma
    rest = np.log(gamma + x * mean)
    value = (
        gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(gamma) + (p * x - 1) * np.log(mean)
        + p * x * np.log(x) - (p * x + q) * rest
    )  # fmt: skip
    by_p = x * (digamma(p * x + q) - digamma(p * x) + np.log(mean) + np.log(x) - rest)
    by_q = digamma(p * x + q) - digamma(q) + np.log(gamma) - rest
    by_gamma = q / gamma - (p * x + q) / (gamma + x * mean)
    return value, np.vstack([by_p, by_q, by_gamma])


def expected(fitted: Spend, x: Floats, mean: Floats) -> Floats:
    """The worth of the next purchase, of a customer with x repeat purchases of that mean; needs q > 1."""
    return fitted.p * (fitted.gamma + x * mean) / (fitted.p * x + fitted.q - 1)
