"""Money: an exact amount in one currency; never a float, never two currencies in one sum."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from services.chassis.refusals import Code, Invalid, Refusal

CENT = Decimal("0.01")
EXACT = Decimal("0.0001")
"""Line nets keep four decimals, so that their sum does not drift (Northwind's known truth)."""


CURRENCY = re.compile("[A-Z]{3}")
"""How a currency is written (ISO 4217)."""


class CurrencyDiffers(Refusal):
    code, reason = Code.INVALID, "CURRENCY_DIFFERS"


def check_currency(code: str, *path: str) -> None:
    if not CURRENCY.fullmatch(code):
        raise Invalid("a currency is three capital letters (ISO 4217)", path=path)


class CurrencyMismatchError(ArithmeticError):
    """Two currencies met in one sum: a fault of the caller, who must convert first."""


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str

    @staticmethod
    def zero(currency: str) -> "Money":
        return Money(Decimal(0), currency)

    def __add__(self, other: "Money") -> "Money":
        if self.currency != other.currency:
            raise CurrencyMismatchError(f"{self.currency} is not {other.currency}")
        return Money(self.amount + other.amount, self.currency)

    def times(self, factor: Decimal) -> "Money":
        return Money(self.amount * factor, self.currency)

    def rounded(self, to: Decimal = CENT) -> "Money":
        """Round half to even, so that many roundings do not drift one way."""
        return Money(self.amount.quantize(to, ROUND_HALF_EVEN), self.currency)
