"""Quantities: whole numbers, or fractions with six decimals, which add up to the same in every order.

A fraction is always the float nearest to its six decimals, and sums are rounded to them again, so that no error of a
float gathers: exact up to 10**8, as PostgreSQL's numeric has it. Whole numbers stay integers of any size.
"""

from decimal import ROUND_HALF_UP, Decimal

_STEP = Decimal("0.000001")


def tidy(value: int | float) -> int | float:
    """The quantity to six decimals (half away from zero, as PostgreSQL rounds); an integer when it is whole."""
    if type(value) is float:
        value = value if value.is_integer() else float(Decimal(repr(value)).quantize(_STEP, ROUND_HALF_UP))
        return int(value) if value.is_integer() else value
    return value


def total(left: int | float, right: int | float) -> int | float:
    """The sum of two quantities."""
    found = left + right
    return found if type(found) is int else tidy(round(found, 6))
