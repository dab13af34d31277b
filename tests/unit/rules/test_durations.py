import pytest

from placet.rules import seconds_in


@pytest.mark.parametrize(
    ("text", "seconds"), [("45s", 45), ("90m", 5_400), ("4h", 14_400), ("1d12h", 129_600), ("30d", 2_592_000)]
)
def test_lengths_of_time_are_read_in_falling_units(text: str, seconds: int) -> None:
    assert seconds_in(text) == seconds


@pytest.mark.parametrize("text", ["", "4", "4 h", "-4h", "0s", "4h1d", "1.5h", "31d", "٤h", "4H"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a length of time"):
        seconds_in(text)
