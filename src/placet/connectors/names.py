"""Which record a person means by a name. Pure: it compares words and touches no system.

The order is fixed, and each step is tried only when the one before found nothing: an id, a name equal but for case
and spaces, a name equal after normalising, a name that holds every word that was said. Nothing is ever guessed:
when several records fit, several come back.
"""

import difflib
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

LEGAL_FORMS = frozenset(
    {"ab", "ag", "bv", "co", "company", "corp", "corporation", "gmbh", "inc", "incorporated", "kg", "limited", "llc",
     "ltd", "nv", "oy", "plc", "sa", "sarl", "sas", "spa", "srl"}
)  # fmt: skip
"""Endings of company names that people leave out when they speak."""

FILLERS = frozenset(
    {"a", "an", "account", "contact", "deal", "for", "lead", "my", "of", "opportunity", "order", "our", "product",
     "record", "the", "with"}
)  # fmt: skip
"""Words that say what kind of thing is meant, or nothing at all."""

_SHORTEST_PREFIX = 2
_NEAR = 0.5


@dataclass(frozen=True, slots=True)
class Named:
    """A record and what it is called.

    `aliases` are further exact names (a SKU, an e-mail address); `context` are words that may be said beside the
    name but are not part of it, such as the account a deal belongs to.
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    context: str = ""


def normalise(text: str, *, noun: str = "") -> str:
    """`text` as bare words: NFKC, no case, no punctuation, no legal forms, no fillers and not `noun`.

    If nothing would be left, the words stay: a company may well be called "The Company".
    """
    words = _words(text)
    dropped = LEGAL_FORMS | FILLERS | {_stem(word) for word in _words(noun)}
    kept = [word for word in words if word not in dropped and _stem(word) not in dropped]
    return " ".join(kept or words)


def match(said: str, candidates: Iterable[Named], *, noun: str = "", limit: int = 6) -> list[str]:
    """Ids of the records that `said` may mean, best first, at most `limit`."""
    known = list(candidates)
    bare = normalise(said, noun=noun)
    if not bare:
        return []
    steps: Sequence[Callable[[Named], bool]] = (
        lambda one: _loose(said) == _loose(one.id),
        lambda one: _loose(said) in {_loose(one.name), *map(_loose, one.aliases)},
        lambda one: bare == normalise(one.name, noun=noun),
    )
    for fits in steps:
        found = [one for one in known if fits(one)]
        if found:
            return [one.id for one in sorted(found, key=lambda one: (-_likeness(said, one.name), one.name, one.id))][
                :limit
            ]
    return _by_words(bare.split(), known)[:limit]


def nearest(said: str, names: Collection[str], *, limit: int = 3) -> list[str]:
    """Names that look like `said`, best first, for a hint beside "there is no such record"."""
    spoken = normalise(said)
    if not spoken:
        return []
    bare = {name: normalise(name) for name in sorted(names)}
    likeness = {name: _likeness(spoken, words) for name, words in bare.items()}
    likely = [name for name in likeness if likeness[name] >= _NEAR or set(spoken.split()) & set(bare[name].split())]
    return sorted(likely, key=lambda name: (-likeness[name], name))[:limit]


def _by_words(spoken: Sequence[str], known: Iterable[Named]) -> list[str]:
    ranked: list[tuple[int, int, str, str]] = []
    for one in known:
        own, around = _words(one.name), _words(one.context)
        if all(any(_meets(word, other) for other in own + around) for word in spoken):
            missed = sum(not any(_meets(word, other) for other in own) for word in spoken)
            ranked.append((missed, len(own), one.name, one.id))
    return [record for _missed, _length, _name, record in sorted(ranked)]


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, _loose(one), _loose(other)).ratio()


def _meets(spoken: str, word: str) -> bool:
    if _stem(spoken) == _stem(word):
        return True
    return len(spoken) >= _SHORTEST_PREFIX and word.startswith(_stem(spoken))


def _stem(word: str) -> str:
    """The singular, near enough: this only ever widens a choice that a person then makes."""
    if word.endswith("ies") and len(word) > len("ties"):
        return f"{word[:-3]}y"
    if word.endswith("s") and not word.endswith("ss") and len(word) > len("bus"):
        return word[:-1]
    return word


def _loose(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", _loose(text).replace("'", "").replace("\u2019", "").replace("_", " "))
