"""What is known of an operator without looking at its values, and how products inherit it.

A hint is True, False or None, which is "not known".
"""

from __future__ import annotations

from typing import Any

NAMES = ("is_non_singular", "is_self_adjoint", "is_positive_definite", "is_square")


def of(operator: Any) -> dict[str, Any]:
    """All four hints of an operator, as arguments of a constructor."""
    return {name: getattr(operator, name) for name in NAMES}


def square(left: Any, right: Any) -> bool | None:
    """Whether the product of two operators is square."""
    a, b = left.is_square, right.is_square
    if a and b:
        return True
    if a is False and b is False:
        return left.range_dimension == right.domain_dimension
    if a is None or b is None:
        return None
    return False


def non_singular(left: Any, right: Any) -> bool | None:
    """Whether the product of two square operators is non-singular."""
    a, b = left.is_non_singular, right.is_non_singular
    return False if a is False or b is False else a and b


def commuting(left: Any, right: Any) -> dict[str, Any]:
    """The hints of the product of two square operators that commute."""
    a, b = left.is_self_adjoint, right.is_self_adjoint
    self_adjoint = None
    if a and b:
        self_adjoint = True
    elif a is not None and b is not None and a != b:
        self_adjoint = False
    positive = a and b and left.is_positive_definite and right.is_positive_definite
    return {
        "is_non_singular": non_singular(left, right),
        "is_self_adjoint": self_adjoint,
        "is_positive_definite": True if positive else None,
        "is_square": True,
    }


def general(left: Any, right: Any) -> dict[str, Any]:
    """The hints of the product of any two operators."""
    is_square = square(left, right)
    same = False if is_square is False else None
    return {
        "is_non_singular": non_singular(left, right) if is_square else same,
        "is_self_adjoint": same,
        "is_positive_definite": same,
        "is_square": is_square,
    }


def agreed(operator: Any, name: str, given: bool | None, message: str) -> bool | None:
    """A hint that an operator shares with the one made of it.

    Args:
      operator: the operator inside.
      name: the hint.
      given: what the user says of the operator outside.
      message: of the ValueError for a contradiction.
    """
    known = getattr(operator, name)
    if known is not None and given is not None and bool(known) != bool(given):
        raise ValueError(message)
    if known or given:
        return True
    return False if known is False or given is False else None


def implied(given: bool | None, holds: bool, message: str) -> bool | None:
    """A hint that is True where `holds`; ValueError with `message` if the user denies it."""
    if not holds:
        return given
    if given is False:
        raise ValueError(message)
    return True


def adjoint_pair(x: Any, y: Any) -> bool:
    """Whether one of two operators is known to be the adjoint of the other."""
    return _is_adjoint(x, y) or _is_adjoint(y, x)


def _is_adjoint(x: Any, y: Any) -> bool:
    """Whether `x.H` is `y` itself, found without making an operator."""
    from tfshim._src.linear_operators.wrappers import LinearOperatorAdjoint

    if x.is_self_adjoint:
        return x is y
    return isinstance(x, LinearOperatorAdjoint) and x.operator is y


def palindrome(operators: list) -> bool:
    """Whether a product has the form `A @ A.H`, so that it is self-adjoint."""
    half, odd = divmod(len(operators), 2)
    return not odd and all(adjoint_pair(operators[i], operators[-1 - i]) for i in range(half))
