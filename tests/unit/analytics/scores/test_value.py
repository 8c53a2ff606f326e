"""Future value: told when the data support it, refused with the reason when they do not."""

from dataclasses import replace

import numpy as np
import pytest

from services.analytics.scores.domain import lifetime, spend, value
from services.analytics.scores.domain.value import Histories, NotSupported
from tests.unit.analytics.scores.cdnow import AGE, MEAN, T_X, X


def cdnow() -> Histories:
    """CDNOW without a last part of the time to try it on."""
    none = np.zeros(len(X))
    return Histories(X, T_X, AGE, MEAN, none, none, none, none, 8.0)


def test_the_value_of_all_is_purchases_times_worth_without_a_discount() -> None:
    """Catches a month that counts twice, and a discount that is there when it is zero."""
    fitted = value.fit("bgnbd", cdnow())
    total = value.clv(fitted, cdnow(), 39.0, 0.0, 0.5)
    purchases = lifetime.expected(fitted.lifetime, X, T_X, AGE, 39.0)
    worth = spend.expected(fitted.spend, X, MEAN)
    assert total == pytest.approx(purchases * worth * 0.5)
    assert value.clv(fitted, cdnow(), 39.0, 0.2, 0.5).sum() < total.sum()
    # 1.226 purchases of about 24 dollars each: the first customer as published.
    assert purchases[0] == pytest.approx(1.226, abs=1e-3)
    assert worth[0] == pytest.approx(24.66, abs=0.01)


def refused(data: Histories) -> str:
    with pytest.raises(NotSupported) as caught:
        value.fit("bgnbd", data)
    return caught.value.slug


def few(data: Histories, number: int) -> Histories:
    names = ("x", "t_x", "T", "mean", "then_x", "then_t_x", "then_T", "later")
    return replace(data, **{name: getattr(data, name)[:number] for name in names})


def test_too_few_customers_are_refused() -> None:
    assert refused(few(cdnow(), 299)) == "too-few-customers"
    assert refused(replace(cdnow(), x=np.zeros(len(X)), t_x=np.zeros(len(X)))) == "too-few-customers"


def test_customers_who_never_leave_are_refused() -> None:
    """Pure Poisson buyers: a model of leaving has nothing to say of them."""
    rng = np.random.default_rng(3)
    age = np.full(3_000, 52.0)
    times = [np.cumsum(rng.exponential(2.0, 80)) for _ in age]
    x = np.array([float((seen < 52).sum()) for seen in times])
    t_x = np.array([float(seen[seen < 52].max()) for seen in times])
    none = np.zeros(3_000)
    data = Histories(x, t_x, age, np.full(3_000, 20.0), none, none, none, none, 8.0)
    assert refused(data) == "parameter-at-bound"


def test_value_that_goes_with_frequency_is_refused() -> None:
    assert refused(replace(cdnow(), mean=np.where(X > 0, 5 + 10 * X, 0.0))) == "value-depends-on-frequency"


def test_a_model_that_foretells_wrongly_is_refused() -> None:
    """Catches a fit that is published though the last weeks were nothing like it."""
    right = replace(cdnow(), then_x=X, then_t_x=T_X, then_T=AGE, later=X, later_weeks=39.0)
    predicted = lifetime.expected(value.fit("bgnbd", cdnow()).lifetime, X, T_X, AGE, 39.0)
    good = value.fit("bgnbd", replace(right, later=predicted))
    assert good.quality["holdout_error"] == pytest.approx(0.0, abs=1e-3)
    assert refused(replace(right, later=predicted * 2)) == "holdout-error"
