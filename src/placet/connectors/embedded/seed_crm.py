"""The CRM of Merle Instruments as years of use have left it: duplicates, gaps, typos, stale and hostile text."""

from datetime import datetime
from random import Random

from placet.connectors.embedded.schema_crm import STAGES
from placet.connectors.embedded.seed_rows import Sheet, amount, person, place
from placet.connectors.embedded.seed_words import (
    COMPANY_KINDS,
    COMPANY_STEMS,
    DEALS,
    HOSTILE,
    LEFT_LONG_AGO,
    LEGAL,
    MESSAGES,
    NEXT_STEPS,
    OWNERS,
    REMARKS,
    RILEY,
    TASKS,
    TITLES,
)
from placet.vocabulary import Json

_LIKELY = dict(zip(STAGES, (10, 25, 50, 75, 100, 0), strict=True))
_STORY_ACCOUNTS = 8
_SEGMENTS = ("enterprise", "mid_market", "small_business", "public_sector")
_FORMER = ("Vandelay Foods Ltd", "Vandelay Foods Limited", "vandelay foods")


def crm_sheet(random: Random, now: datetime, factor: int) -> Sheet:
    """All rows of the CRM; `factor` multiplies how many there are."""
    sheet = Sheet("crm", random, now)
    _story_accounts(sheet)
    _accounts(sheet, 40 * factor)
    _story_deals(sheet)
    _deals(sheet, 45 * factor)
    _contacts(sheet, 60 * factor)
    _leads(sheet, 40 * factor)
    _notes(sheet, 50 * factor)
    _tasks(sheet, 30 * factor)
    return sheet


def _story_accounts(sheet: Sheet) -> None:
    known = {"owner": RILEY, "status": "customer", "segment": "enterprise"}
    sheet.add("crm.account", age_days=3, name="Hooli", country="Germany", region="EMEA", phone="+49 30 555 0142",
              website="https://hooli.example", description="Cold storage in nine cities.", **known)  # fmt: skip
    sheet.add("crm.account", age_days=9, name="Globex", country="Netherlands", region="EMEA",
              phone="020-5550117", website="globex.example", **known)  # fmt: skip
    sheet.add("crm.account", age_days=5, name="Initech", country="United States", region="AMER",
              phone="(512) 555-0199", website="http://www.initech.example/", **known)  # fmt: skip
    sheet.add("crm.account", age_days=30, name="Acme", country="UK", region="EMEA", phone="(020) 555 0163", **known)
    # The same company typed in again, by people who did not search first.
    sheet.add("crm.account", age_days=410, name="Hooli Inc.", country="Deutschland", region="EMEA", owner="",
              phone="030/5550142", status="prospect")  # fmt: skip
    sheet.add("crm.account", age_days=655, name="HOOLI, Inc", country="", owner=LEFT_LONG_AGO,
              website="HOOLI.EXAMPLE", status="prospect", segment="Enterprise")  # fmt: skip
    sheet.add("crm.account", age_days=700, name=_FORMER[0], country="UK", region="EMEA", status="former",
              owner=LEFT_LONG_AGO, phone="https://vandelay.example", website="+44 20 555 0188")  # fmt: skip
    sheet.add("crm.account", age_days=120, name=_FORMER[1], country="United Kingdom", region="EMEA",
              status="customer", owner="Riley Park")  # fmt: skip


def _accounts(sheet: Sheet, count: int) -> None:
    random = sheet.random
    names = [f"{stem} {kind}" for kind in COMPANY_KINDS for stem in COMPANY_STEMS if stem != "Vandelay"]
    random.shuffle(names)
    # Past the stock of names, companies are told apart by a number, as in many a real list.
    names += [f"{name} {number}" for number in (2, 3) for name in names]
    for name in names[: count - _STORY_ACCOUNTS]:
        country, region, _currency, phone = place(random)
        site = f"https://www.{name.lower().replace(' ', '-')}.example"
        swapped = random.random() < 0.05  # noqa: PLR2004 - one in twenty has phone and website swapped
        sheet.add(
            "crm.account",
            age_days=random.choice((None, None, None, 500, 900)),
            name=name + random.choice(LEGAL),
            country=country,
            region=random.choice((region, region, region, None)),
            segment=random.choice(_SEGMENTS),
            owner=random.choice((*OWNERS, "", LEFT_LONG_AGO)),
            phone=site if swapped else phone,
            website=phone if swapped else random.choice((site, "")),
            status=random.choice(("prospect", "customer", "customer", "former")),
            description=random.choice(("", "", *REMARKS[:3])),
        )


def _story_deals(sheet: Sheet) -> None:
    def deal(name: str, account: str, minor: int, currency: str, stage: str, **more: Json) -> None:
        sheet.add(
            "crm.opportunity",
            age_days=2,
            name=name,
            account=account,
            amount={"minor": minor, "currency": currency},
            stage=stage,
            probability=_LIKELY[stage],
            owner=RILEY,
            close_date=sheet.day(45),
            discount_percent=0,
            **more,
        )

    deal("Hooli expansion", "ACC-1001", 9_500_000, "EUR", "qualification", region="EMEA",
         next_step="Quote the three new cold stores", description="40 Falcon sensors a site.")  # fmt: skip
    deal("Globex renewal", "ACC-1002", 4_800_000, "EUR", "proposal", region="EMEA", next_step="Waits for our offer")
    deal("Initech pilot", "ACC-1003", 1_250_000, "USD", "prospecting", region="AMER", next_step="First call")
    deal("Acme rollout north", "ACC-1004", 3_120_000, "GBP", "negotiation", region="EMEA")
    deal("Acme rollout south", "ACC-1004", 2_980_000, "GBP", "proposal", region="EMEA")


def _deals(sheet: Sheet, count: int) -> None:
    random, accounts = sheet.random, list(sheet.rows["crm.account"].items())[_STORY_ACCOUNTS:]
    for _ in range(count - len(sheet.rows["crm.opportunity"])):
        account, values = random.choice(accounts)
        stage = random.choice(STAGES)
        overdue = stage not in {"won", "lost"} and random.random() < 0.25  # noqa: PLR2004 - a quarter is past its date
        company = str(values["name"]).split()[0]
        sheet.add(
            "crm.opportunity",
            age_days=400 if overdue else None,
            name=f"{company} {random.choice(DEALS)}",
            account=account,
            amount=random.choice(
                (None, *[amount(random.randrange(8, 900) * 100, _currency(random)) for _again in range(9)])
            ),
            stage=stage,
            close_date=sheet.day(-random.randrange(20, 300) if overdue else random.randrange(10, 200)),
            owner=random.choice((*OWNERS, "", LEFT_LONG_AGO)),
            probability=random.choice((_LIKELY[stage], _LIKELY[stage], 50)),
            discount_percent=random.choice((0, 0, 0, 5, 10, 15)),
            region=values["region"],
            next_step=random.choice(NEXT_STEPS),
            description=random.choice(("", *REMARKS)),
        )


def _currency(random: Random) -> str:
    return random.choice(("EUR", "EUR", "USD", "GBP", "JPY"))


def _contacts(sheet: Sheet, count: int) -> None:
    random, accounts = sheet.random, list(sheet.rows["crm.account"])
    for number in range(count):
        name, local = person(random)
        email, phone = f"{local}@mail.example", place(random)[3]
        if number % 17 == 5:  # noqa: PLR2004 - now and then the two fields are swapped
            email, phone = phone, email
        sheet.add(
            "crm.contact",
            name=name if number % 9 else name.upper(),
            # One account was deleted without its people.
            account="ACC-9999" if number % 40 == 31 else random.choice(accounts),  # noqa: PLR2004 - one in forty
            email="" if number % 13 == 7 else email,  # noqa: PLR2004 - some have no address
            phone=phone,
            title=random.choice(TITLES),
        )


def _leads(sheet: Sheet, count: int) -> None:
    random = sheet.random
    for number in range(count):
        name, local = person(random)
        hostile = number % 10 == 3  # noqa: PLR2004 - one in ten
        sheet.add(
            "crm.lead",
            name=name,
            company=f"{random.choice(COMPANY_STEMS)} {random.choice(COMPANY_KINDS)}{random.choice(LEGAL)}",
            email=random.choice((f"{local}@mail.example", f"{local}@mail.example ", f"{local} at mail.example")),
            source=random.choice(("web_form", "trade_fair", "referral", "partner", "cold_call")),
            message=HOSTILE[number // 10 % len(HOSTILE)] if hostile else random.choice(MESSAGES),
            score=random.choice((None, *range(5, 100, 10))),
            status=random.choice(("new", "new", "working", "qualified", "disqualified")),
            owner=random.choice((*OWNERS, "")),
        )


def _notes(sheet: Sheet, count: int) -> None:
    random = sheet.random
    deals = list(sheet.rows["crm.opportunity"].items())
    for number in range(count):
        deal, values = random.choice(deals)
        hostile = number % 12 == 4  # noqa: PLR2004 - one in twelve
        sheet.add(
            "crm.note",
            name=random.choice(("Call", "Visit", "E-mail", "re: offer", "(no subject)")),
            account=values["account"],
            opportunity=random.choice((deal, None)),
            text=HOSTILE[number // 12 % len(HOSTILE)] if hostile else random.choice(REMARKS),
            author=random.choice((*OWNERS, LEFT_LONG_AGO)),
        )


def _tasks(sheet: Sheet, count: int) -> None:
    random = sheet.random
    deals = list(sheet.rows["crm.opportunity"].items())
    for _ in range(count):
        deal, values = random.choice(deals)
        sheet.add(
            "crm.task",
            name=random.choice(TASKS),
            due=sheet.day(random.randrange(-90, 40)),
            owner=random.choice((*OWNERS, "")),
            account=values["account"],
            opportunity=deal,
            done=random.random() < 0.4,  # noqa: PLR2004 - two in five are done
        )
