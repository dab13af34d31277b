"""Money: exact to the smallest unit, and only what is plainly an amount."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placet.vocabulary import Amount, Money, as_money, exponent_of

CURRENCIES = st.sampled_from(["EUR", "USD", "JPY", "KWD", "CHF", "TND", "KRW"])
MINOR = st.integers(-(10**14), 10**14)


@given(MINOR, CURRENCIES)
def test_an_amount_survives_being_written_out_and_read_again(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Amount.parse(f"{money.value:f} {currency}").in_currency("XXX") == money
    assert Amount.parse(f"{currency}{money.value:f}").in_currency("XXX") == money


@given(MINOR, CURRENCIES)
def test_money_is_the_same_after_json(minor: int, currency: str) -> None:
    assert as_money(Money(minor, currency).to_json()) == Money(minor, currency)  # type: ignore[arg-type]  # plain JSON


@pytest.mark.parametrize(
    ("money", "words"),
    [
        (Money(12_000_000, "EUR"), "120,000.00 EUR"), (Money(1, "EUR"), "0.01 EUR"), (Money(-5, "USD"), "-0.05 USD"),
        (Money(120, "JPY"), "120 JPY"), (Money(1_234, "KWD"), "1.234 KWD"), (Money(0, "EUR"), "0.00 EUR"),
    ],
)  # fmt: skip
def test_money_is_written_with_the_digits_of_its_currency(money: Money, words: str) -> None:
    assert str(money) == words


@pytest.mark.parametrize(("currency", "digits"), [("JPY", 0), ("EUR", 2), ("BHD", 3), ("XXX", 2)])
def test_currencies_have_the_digits_iso_4217_gives_them(currency: str, digits: int) -> None:
    assert exponent_of(currency) == digits


@pytest.mark.parametrize(
    ("said", "value", "currency"),
    [
        (120_000, "120000", None), ("120000", "120000", None), ("120000.50", "120000.50", None),
        ("120000 EUR", "120000", "EUR"), ("EUR 120000", "120000", "EUR"), ("EUR120000", "120000", "EUR"),
        ("€120000", "120000", "EUR"), ("$1.5", "1.5", "USD"), ("£7", "7", "GBP"), ("¥900", "900", "JPY"),
        (" 12 ", "12", None), ("-3", "-3", None), (0, "0", None),
    ],
)  # fmt: skip
def test_plain_amounts_are_understood(said: str | int, value: str, currency: str | None) -> None:
    assert Amount.parse(said) == Amount(Decimal(value), currency)


@pytest.mark.parametrize(
    "said",
    [
        "120k", "1.2M", "120,000", "120.000,00", "1e3", "1E3", "NaN", "Infinity", "-Infinity", "0x10", "1_000", "",
        "EUR", "EUR 1 USD", "1 2", "about 5", "5%", "1.23456", "1" * 16, "\uff11\uff12\uff10",
        "\u0663", "12 eur", "12 EURO", "--1",
        "+1", "1.", ".5", "1\n2", "120000 approved",
    ],
)  # fmt: skip
def test_shorthand_and_everything_doubtful_is_refused(said: str) -> None:
    with pytest.raises(ValueError, match="is not an amount; write all digits"):
        Amount.parse(said)


@pytest.mark.parametrize(("said", "currency"), [("1.5", "JPY"), ("1.234", "EUR"), ("1.2345", "KWD")])
def test_an_amount_finer_than_its_currency_is_refused(said: str, currency: str) -> None:
    with pytest.raises(ValueError, match=f"finer than the smallest unit of {currency}"):
        Amount.parse(said).in_currency(currency)


def test_an_amounts_own_currency_wins_over_the_records() -> None:
    assert Amount.parse("10 USD").in_currency("EUR") == Money(1_000, "USD")
    assert Amount.parse("10").in_currency("EUR") == Money(1_000, "EUR")


@pytest.mark.parametrize(
    "value",
    [
        None, 1, "1 EUR", {"minor": 1}, {"currency": "EUR"}, {"minor": "1", "currency": "EUR"},
        {"minor": True, "currency": "EUR"}, {"minor": 1, "currency": 2}, [1, "EUR"],
        {"minor": 1, "currency": "EUR", "more": 0},
    ],
)  # fmt: skip
def test_what_only_looks_like_money_is_none(value: object) -> None:
    assert as_money(value) is None  # type: ignore[arg-type]  # JSON of any shape
