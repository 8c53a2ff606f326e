"""Lifetime models against published values, and against themselves by other ways.

What it would catch: a wrong term of a formula, time in other units, a sum that overflows, an unfinished fit.
"""

import numpy as np
import pytest

from services.analytics.scores.domain import lifetime, spend
from services.analytics.scores.domain.lifetime import Lifetime, Model, Purchases
from tests.unit.analytics.scores.cdnow import AGE, MEAN, PURCHASES, T_X, X

MODELS: list[Model] = ["bgnbd", "mbgnbd"]
CDNOW = Lifetime("bgnbd", 0.242593, 4.413531, 0.792886, 2.425754)


def one(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float64)


def test_bgnbd_has_the_published_parameters_of_cdnow() -> None:
    """Fader, Hardie & Lee 2005: .243, 4.414, .793, 2.426, log-likelihood -9582.4."""
    found = lifetime.fit("bgnbd", PURCHASES)
    assert [found.r, found.alpha, found.a, found.b] == pytest.approx([0.2426, 4.4135, 0.7929, 2.4258], abs=1e-3)
    assert found.log_likelihood == pytest.approx(-9582.426, abs=1e-2)


def test_expected_purchases_of_a_new_customer_are_the_published_ones() -> None:
    """E[X(t)]: repeat purchase days within so many weeks of the first purchase."""
    none = one(0)
    found = [lifetime.expected(CDNOW, none, none, none, week)[0] for week in (0.1429, 1, 3, 31.8571, 32, 78)]
    assert found == pytest.approx([0.0078, 0.0532, 0.1506, 1.0405, 1.0437, 1.8580], abs=1e-4)


def test_a_known_customer_is_expected_as_published() -> None:
    """The first customer of CDNOW (x = 2, t_x = 30.43, T = 38.86): 1.226 purchases in the next 39 weeks."""
    assert lifetime.expected(CDNOW, one(2), one(30.43), one(38.86), 39.0)[0] == pytest.approx(1.226, abs=1e-3)
    assert lifetime.crossing(CDNOW, one(2), one(30.43), 0.5)[0] == pytest.approx(62.50, abs=0.01)


def test_gamma_gamma_has_the_published_parameters_of_cdnow() -> None:
    """Fader & Hardie, note 025: 6.25, 3.74, 15.44."""
    found = spend.fit(X[X > 0], MEAN[X > 0])
    assert [found.p, found.q, found.gamma] == pytest.approx([6.2488, 3.7446, 15.4478], abs=1e-3)
    assert found.log_likelihood == pytest.approx(-4055.923, abs=1e-2)
    assert found.mean == pytest.approx(35.171, abs=1e-3)


@pytest.mark.parametrize("model", MODELS)
def test_the_gradient_is_the_slope(model: Model) -> None:
    values, step = one(0.7, 5.0, 0.9, 2.0), 1e-6
    _, slopes = lifetime.log_likelihoods(Lifetime(model, *values), PURCHASES)
    for number in range(4):
        shifted = values.copy()
        shifted[number] += step
        above, _ = lifetime.log_likelihoods(Lifetime(model, *shifted), PURCHASES)
        shifted[number] -= 2 * step
        below, _ = lifetime.log_likelihoods(Lifetime(model, *shifted), PURCHASES)
        assert slopes[number] == pytest.approx((above - below) / (2 * step), rel=1e-4, abs=1e-5)


def test_the_gradient_of_gamma_gamma_is_the_slope() -> None:
    values, step, x, mean = one(6.0, 4.0, 15.0), 1e-6, X[X > 0], MEAN[X > 0]
    _, slopes = spend.log_likelihoods(spend.Spend(*values), x, mean)
    for number in range(3):
        shifted = values.copy()
        shifted[number] += step
        above, _ = spend.log_likelihoods(spend.Spend(*shifted), x, mean)
        shifted[number] -= 2 * step
        below, _ = spend.log_likelihoods(spend.Spend(*shifted), x, mean)
        assert slopes[number] == pytest.approx((above - below) / (2 * step), rel=1e-4, abs=1e-5)


@pytest.mark.parametrize("model", MODELS)
def test_planted_parameters_are_found_again(model: Model) -> None:
    """Ten thousand simulated customers: within three standard errors, here 15 %."""
    planted = Lifetime(model, 0.8, 6.0, 0.9, 2.5)
    found = lifetime.fit(model, simulated(planted, 10_000))
    assert found.r == pytest.approx(planted.r, rel=0.15)
    assert found.alpha == pytest.approx(planted.alpha, rel=0.15)
    assert found.a / (found.a + found.b) == pytest.approx(planted.a / (planted.a + planted.b), rel=0.15)


def simulated(planted: Lifetime, number: int) -> Purchases:
    """Customers who live by the model for 52 weeks, or some fewer."""
    rng = np.random.default_rng(7)
    rows = []
    for rate, chance, age in zip(
        rng.gamma(planted.r, 1 / planted.alpha, number), rng.beta(planted.a, planted.b, number),
        rng.uniform(26, 52, number), strict=True,
    ):  # fmt: skip
        x, last, now = 0, 0.0, 0.0
        gone = planted.model == "mbgnbd" and rng.random() < chance
        while not gone and (now := now + rng.exponential(1 / rate)) < age:
            x, last, gone = x + 1, now, rng.random() < chance
        rows.append((x, last, age))
    return Purchases.of(*np.array(rows, dtype=np.float64).T)


@pytest.mark.parametrize("model", MODELS)
def test_the_series_is_the_integral(model: Model) -> None:
    """Two ways to the same expectation: a hypergeometric series, and a mean over the chance of leaving."""
    fitted = Lifetime(model, 0.5, 6.0, 0.9, 1.6)
    for x, t_x, age in ((0.0, 0.0, 20.0), (3.0, 10.0, 30.0), (40.0, 50.0, 52.0)):
        y = float(lifetime.chances(model, one(x))[0])
        integral = lifetime._integrated(fitted, x, y, fitted.alpha + age, 26.0)
        series = lifetime.expected(fitted, one(x), one(t_x), one(age), 26.0)[0]
        assert series == pytest.approx(integral * lifetime.p_active(fitted, one(x), one(t_x), one(age))[0], rel=1e-6)


@pytest.mark.parametrize("model", MODELS)
def test_probabilities_fall_with_time_and_expectations_grow_with_it(model: Model) -> None:
    fitted = Lifetime(model, 0.5, 6.0, 1.0, 1.6)  # a = 1: the formula divides by zero there
    ages = np.linspace(31, 400, 60)
    active = lifetime.p_active(fitted, np.full(60, 2.0), np.full(60, 30.0), ages)
    assert np.all(np.diff(active) < 0)
    weeks = [lifetime.expected(fitted, one(2), one(30), one(40), week)[0] for week in (1.0, 10.0, 52.0, 520.0)]
    assert weeks == sorted(weeks)
    crossed = lifetime.crossing(fitted, one(2), one(30), 0.4)
    assert lifetime.p_active(fitted, one(2), one(30), crossed)[0] == pytest.approx(0.4)


def test_one_time_buyers_leave_by_the_modified_model_only() -> None:
    none = np.zeros(1)
    assert lifetime.p_active(Lifetime("bgnbd", 0.5, 6, 0.9, 1.6), none, none, one(500))[0] == 1
    assert lifetime.crossing(Lifetime("bgnbd", 0.5, 6, 0.9, 1.6), none, none, 0.5)[0] == np.inf
    assert lifetime.p_active(Lifetime("mbgnbd", 0.5, 6, 0.9, 1.6), none, none, one(500))[0] < 0.5


def test_a_customer_of_a_thousand_purchases_overflows_nothing() -> None:
    found = lifetime.expected(CDNOW, one(1_000), one(51.0), one(52.0), 52.0)[0]
    assert 0 < found < 2_000
    assert np.isfinite(lifetime.log_likelihoods(CDNOW, Purchases.of(one(1_000), one(51.0), one(52.0)))[0]).all()


def test_weights_stand_for_customers() -> None:
    assert PURCHASES.weights.sum() == len(X)
    every = Purchases(X, T_X, AGE, np.ones(len(X)))
    assert lifetime.fit("bgnbd", every).r == pytest.approx(lifetime.fit("bgnbd", PURCHASES).r, abs=1e-6)
