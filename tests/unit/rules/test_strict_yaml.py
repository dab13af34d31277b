import contextlib

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from placet.errors import Finding, ProjectInvalid
from placet.rules import parse_yaml, strict_yaml


def refusal(text: str | bytes) -> Finding:
    with pytest.raises(ProjectInvalid) as caught:
        parse_yaml(text, "rules.yaml")
    return caught.value.findings[0]


@pytest.mark.parametrize(
    "word", ["NO", "yes", "on", "off", "True", "12:30", "010", "0x1F", "2026-01-01", "1.5", "1_000", ".inf"]
)
def test_a_word_that_yaml_1_1_would_turn_into_something_else_stays_text(word: str) -> None:
    assert parse_yaml(f"a: {word}", "f").data == {"a": word}


@pytest.mark.parametrize(
    ("word", "value"),
    [("true", True), ("false", False), ("null", None), ("~", None), ("", None), ("-12", -12), ("0", 0)],
)
def test_only_plain_words_and_decimal_integers_mean_something(word: str, value: object) -> None:
    assert parse_yaml(f"a: {word}", "f").data == {"a": value}


@pytest.mark.parametrize("word", ['"true"', "'12'", '"null"'])
def test_quoted_words_are_text(word: str) -> None:
    assert parse_yaml(f"a: {word}", "f").data == {"a": word.strip("\"'")}


def test_a_key_written_twice_is_refused_at_its_second_line() -> None:
    assert refusal("a: 1\nb: 2\na: 3\n") == Finding("rules.yaml", 3, "the key `a` is written twice")


def test_keys_that_differ_only_in_unicode_form_count_as_the_same() -> None:
    assert refusal("é: 1\ne\u0301: 2\n").line == 2


@pytest.mark.parametrize(
    "text",
    ["a: &x 1\nb: 2", "a: 1\nb: *x", "a: !!python/object:os.system x", "a: !x 1", "b: 1\n<<: {a: 1}", "- 1\n--- \n- 2"],
)
def test_anchors_aliases_tags_merge_keys_and_second_documents_are_refused(text: str) -> None:
    assert refusal(text).line >= 1


def test_an_alias_bomb_is_refused_before_it_grows() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{b}: &{b} [{','.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefg", "bcdefgh", strict=True)
    )
    assert "anchors" in refusal(bomb).message


@pytest.mark.parametrize(
    "text", ["[" * 5_000, "{a: " * 5_000, "".join(f"{' ' * n}a:\n" for n in range(900)), "- " * 5_000]
)
def test_deep_nesting_is_refused_and_the_process_lives(text: str) -> None:
    assert "deeper than 50" in refusal(text).message


def test_fifty_levels_are_read() -> None:
    assert parse_yaml("[" * 50 + "]" * 50, "f").data is not None


def test_a_file_over_a_megabyte_is_refused() -> None:
    assert "larger" in refusal(b"#" * 1_000_001).message


@pytest.mark.parametrize("content", [b"a: 1\nb: \xff", "a: 1\nb: \x00", 'a: 1\nb: "\\ud800"'])
def test_text_that_cannot_be_written_exactly_is_refused_with_its_line(content: str | bytes) -> None:
    assert refusal(content).line == 2


@pytest.mark.parametrize(
    "text", ['"\\UFFFFFFFF"', "%YAML 1." + "9" * 5_000 + "\n--- a", "? [a]\n: 1", "{[a]: 1}", "a: b: c", "\t"]
)
def test_what_the_parser_stumbles_over_is_a_finding(text: str) -> None:
    assert refusal(text).file == "rules.yaml"


def test_every_key_and_item_knows_its_line() -> None:
    document = parse_yaml("rules:\n  - id: one\n    when:\n      - a\n      - b\n", "f")
    places: list[tuple[str | int, ...]] = [
        ("rules",),
        ("rules", 0, "id"),
        ("rules", 0, "when", 1),
        ("rules", 0, "unknown", 3),
    ]
    assert [document.line_of(place) for place in places] == [1, 2, 5, 2]


@given(st.one_of(st.text(), st.text("[]{}:,-?&*!|>'\"%@`# \n\tab01<~\\"), st.binary()))
def test_no_text_makes_the_reader_fail_in_another_way(content: str | bytes) -> None:
    with contextlib.suppress(ProjectInvalid):
        assert parse_yaml(content, "f").file == "f"


@pytest.mark.parametrize("mark", ["\u0085", "\u2028", "\u2029", "\ufeff", "\x1f"])
def test_marks_that_nobody_sees_are_refused_with_their_line(mark: str) -> None:
    assert refusal(f"a: 1\nb: x{mark}y").line == 2


@given(st.text("[]{}:,-?&*!|>'\"%@`# \n\r\tab01<~\\é", max_size=30))
def test_both_parsers_of_the_library_read_the_same_where_both_read(content: str) -> None:
    read = []
    for cutter in (yaml.SafeLoader, yaml.CSafeLoader):
        with pytest.MonkeyPatch.context() as patch, contextlib.suppress(ProjectInvalid):
            patch.setattr(strict_yaml, "_CUTTER", cutter)
            read.append(parse_yaml(content, "f").data)
    assert len(read) < 2 or read[0] == read[1]
