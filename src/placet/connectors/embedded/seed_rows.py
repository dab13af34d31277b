"""Rows gathered in memory before they are written, with dates that lie in the past as real ones do."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import Connection

from placet.connectors.embedded.seed_words import COUNTRIES, COUNTRY_SPELLINGS, FAMILY_NAMES, FIRST_NAMES
from placet.connectors.embedded.tables import PREFIXES, System, encode, layout, stamp
from placet.vocabulary import Json, Money

_UNSAID: Mapping[str, Json] = {"boolean": False}


class Sheet:
    """The rows of one system. `random` is the only source of chance."""

    def __init__(self, system: System, random: Random, now: datetime) -> None:
        self.random = random
        self.now = now
        self.rows: dict[str, dict[str, dict[str, Json]]] = {name: {} for name in layout(system).schemas}
        self.commitments: list[dict[str, Json]] = []
        self._system = system

    def add(self, object: str, *, age_days: int | None = None, **values: Json) -> str:
        """Add a record and give its id. `age_days` is how long ago it was last changed; by chance up to 200."""
        prefix, first = PREFIXES[object]
        record = f"{prefix}-{first + len(self.rows[object])}"
        changed = timedelta(days=self.random.randrange(200) if age_days is None else age_days)
        created = changed + timedelta(days=self.random.randrange(1, 400))
        minutes = timedelta(minutes=self.random.randrange(600))
        empty = {field.name: _UNSAID.get(field.kind) for field in layout(self._system).schemas[object].fields}
        self.rows[object][record] = {
            **empty,
            "name": record,
            **values,
            "created_at": stamp(self.now - created - minutes),
            "updated_at": stamp(self.now - changed - minutes),
        }
        return record

    def day(self, days: int) -> str:
        """The date that many days from now."""
        moment: date = (self.now + timedelta(days=days)).date()
        return moment.isoformat()

    def write(self, connection: Connection) -> None:
        """Insert everything and set the counters behind the last ids."""
        tables = layout(self._system)
        for object, rows in self.rows.items():
            schema = tables.schemas[object]
            found = [{"id": record, "version": 1, **encode(schema, values)} for record, values in rows.items()]
            connection.execute(tables.tables[object].insert(), found)
            following = PREFIXES[object][1] + len(rows)
            mine = tables.counters.c.object == object
            connection.execute(tables.counters.update().where(mine).values(next=following))
        if self.commitments:
            connection.execute(tables.commitments.insert(), self.commitments)


def amount(major: int, currency: str) -> dict[str, Json]:
    """Whole units of `currency` as a stored amount; about 150 yen to the euro keep yen amounts plausible."""
    if currency == "JPY":
        return {**Money(major * 150, currency).to_json()}
    return {**Money(major * 100, currency).to_json()}


def place(random: Random) -> tuple[str, str, str, str]:
    """A country as somebody typed it, its region and currency, and a phone number in a local format."""
    country, region, currency, formats = random.choice(COUNTRIES)
    phone = random.choice(formats).format(a=random.randrange(200, 999), b=random.randrange(1000, 9999))
    typed = COUNTRY_SPELLINGS.get(country, country) if random.random() < 0.2 else country  # noqa: PLR2004 - one in five
    return typed, region, currency, phone


def person(random: Random) -> tuple[str, str]:
    """A name and the local part of its e-mail address."""
    first, family = random.choice(FIRST_NAMES), random.choice(FAMILY_NAMES)
    plain = f"{first}.{family}".lower().replace(" ", "").replace("'", "")
    return f"{first} {family}", plain.encode("ascii", "ignore").decode()
