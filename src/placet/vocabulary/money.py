"""Money without floats: integers of the smallest unit and an ISO 4217 code."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

# ISO 4217 (list one, 2024): currencies whose minor unit is not 1/100.
_EXPONENTS = {
    "BHD": 3, "CLP": 0, "ISK": 0, "IQD": 3, "JOD": 3, "JPY": 0, "KRW": 0, "KWD": 3, "LYD": 3,
    "OMR": 3, "PYG": 0, "RWF": 0, "TND": 3, "UGX": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0,
}  # fmt: skip
_AMOUNT = re.compile(r"(?:([A-Z]{3})\s*)?(-?\d{1,15}(?:\.\d{1,4})?)(?:\s*([A-Z]{3}))?", re.ASCII)
_SYMBOLS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY"}


def exponent_of(currency: str) -> int:
    """Digits of the minor unit of `currency`; 2 where ISO 4217 names no other."""
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount: `minor` counts the smallest unit (cents, yen) of `currency`."""

    minor: int
    currency: str

    @property
    def value(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.minor).scaleb(-exponent_of(self.currency))

    def to_json(self) -> dict[str, int | str]:
        """The only form in which money enters a payload or a digest."""
        return {"minor": self.minor, "currency": self.currency}

    def __str__(self) -> str:
        return f"{self.value:,.{exponent_of(self.currency)}f} {self.currency}"


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount as a person or a model says it: the currency may be missing.

    The toolbox turns it into `Money` with the currency of the record it belongs to.
    """

    value: Decimal
    currency: str | None = None

    @classmethod
    def parse(cls, said: str | int) -> "Amount":
        """Read `120000`, `120000.50`, `120000 EUR` or `€120000`. Shorthand such as `120k` is refused.

        Raises:
            ValueError: the text is not one plain number with at most one currency code.
        """
        text = str(said).strip()
        for symbol, code in _SYMBOLS.items():
            if text.startswith(symbol):
                text = f"{code} {text.removeprefix(symbol)}"
        match = _AMOUNT.fullmatch(text)
        if match is None or (match[1] and match[3]):
            raise ValueError(f"`{said}` is not an amount; write all digits, for example `120000` or `120000 EUR`")
        try:
            return cls(Decimal(match[2]), match[1] or match[3])
        except InvalidOperation as error:  # pragma: no cover - the pattern admits only decimals
            raise ValueError(f"`{said}` is not a number") from error

    def in_currency(self, currency: str) -> Money:
        """This amount as money, in its own currency or else in `currency`.

        Raises:
            ValueError: it has more digits than the currency's smallest unit.
        """
        code = self.currency or currency
        minor = self.value.scaleb(exponent_of(code))
        if minor != minor.to_integral_value():
            raise ValueError(f"`{self.value}` is finer than the smallest unit of {code}")
        return Money(int(minor), code)
