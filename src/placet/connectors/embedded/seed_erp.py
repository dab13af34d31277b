"""The ERP of Merle Instruments: tidier than the CRM, and linked to it by hand, so not everywhere."""

from datetime import datetime
from random import Random

from placet.connectors.embedded.seed_rows import Sheet, amount
from placet.connectors.embedded.seed_words import (
    BIRDS,
    COMPANY_KINDS,
    COMPANY_STEMS,
    COUNTRIES,
    DEVICES,
    LEGAL,
    REMARKS,
    SUPPLIERS,
    WAREHOUSES,
)
from placet.vocabulary import Json, Money, as_money

_TERMS = ("prepaid", "net_14", "net_30", "net_30", "net_60")
_STORY_CUSTOMERS = 3
_STORY_ORDER = 40
"""The place of SO-2041 among the sales orders."""


def erp_sheet(random: Random, now: datetime, factor: int) -> Sheet:
    """All rows of the ERP; `factor` multiplies how many there are."""
    sheet = Sheet("erp", random, now)
    _suppliers(sheet, len(SUPPLIERS) * factor)
    _products(sheet, 25 * factor)
    _stocks(sheet)
    _customers(sheet, 30 * factor)
    _sales_orders(sheet, 42 * factor)
    _purchase_orders(sheet, 18 * factor)
    _invoices(sheet, 60 * factor)
    _credit_notes(sheet)
    return sheet


def _suppliers(sheet: Sheet, count: int) -> None:
    random = sheet.random
    for number in range(count):
        name = SUPPLIERS[number % len(SUPPLIERS)]
        branch = f" {number // len(SUPPLIERS) + 1}" if number >= len(SUPPLIERS) else ""
        sheet.add(
            "erp.supplier",
            name=f"{name}{branch}",
            lead_time_days=random.choice((7, 14, 21, 35, 60)),
            email=f"orders{branch.strip()}@{name.lower().replace(' ', '-')}.example",
            bank_account=f"XX{random.randrange(10, 99)} {random.randrange(10**15, 10**16)}",
        )


def _products(sheet: Sheet, count: int) -> None:
    random, suppliers = sheet.random, list(sheet.rows["erp.supplier"])
    sheet.add("erp.product", name="Falcon sensor", sku="FS-200", price=amount(240, "EUR"), supplier=suppliers[0],
              reorder_point=50, active=True)  # fmt: skip
    for number in range(count - 1):
        bird, (device, code) = BIRDS[number % len(BIRDS)], DEVICES[number // len(BIRDS) % len(DEVICES)]
        series = number // (len(BIRDS) * len(DEVICES)) + 1
        sheet.add(
            "erp.product",
            name=f"{bird} {device}{f' mk{series}' if series > 1 else ''}",
            sku=f"{code}-{100 + number}" if number % 11 else f"{code.lower()} {100 + number}",
            price=amount(random.randrange(40, 900), "EUR"),
            supplier=random.choice(suppliers),
            reorder_point=random.choice((10, 20, 25, 50)),
            active=random.random() > 0.1,  # noqa: PLR2004 - one in ten is no longer sold
        )


def _stocks(sheet: Sheet) -> None:
    random = sheet.random
    for product, values in list(sheet.rows["erp.product"].items()):
        falcon = values["sku"] == "FS-200"
        places = WAREHOUSES[:2] if falcon else random.sample(WAREHOUSES, random.choice((1, 1, 2)))
        for warehouse, on_hand in zip(places, (34, 8), strict=False):
            sheet.add(
                "erp.stock",
                name=f"{values['name']} / {warehouse}",
                product=product,
                warehouse=warehouse,
                on_hand=on_hand if falcon else random.randrange(150),
                reserved=0,
                incoming=0,
            )


def _customers(sheet: Sheet, count: int) -> None:
    random = sheet.random
    story = (("Hooli", "ACC-1001", "EUR", False), ("Globex", "ACC-1002", "EUR", True), ("Initech", "", "USD", False))
    for number in range(count):
        if number < _STORY_CUSTOMERS:
            name, account, currency, on_hold = story[number]
        else:
            stem = COMPANY_STEMS[number % len(COMPANY_STEMS)]
            name = f"{stem} {random.choice(COMPANY_KINDS)}{random.choice(LEGAL)}"
            account, on_hold = random.choice(("", f"ACC-{1000 + number}")), random.random() < 0.1  # noqa: PLR2004 - one in ten
            currency = random.choice(COUNTRIES)[2]
        sheet.add(
            "erp.customer",
            name=name,
            account_number=f"C{20_000 + number * 7}",
            crm_account=account,
            country=random.choice(COUNTRIES)[0],
            credit_limit=amount(random.choice((5, 10, 25, 50, 120)) * 1000, currency),
            on_hold=on_hold,
            payment_terms=random.choice(_TERMS),
        )


def _line(sheet: Sheet, product: str, quantity: int) -> dict[str, Json]:
    price = as_money(sheet.rows["erp.product"][product]["price"]) or Money(0, "EUR")
    total = Money(price.minor * quantity, price.currency)
    return {
        "product": product,
        "quantity": quantity,
        "unit_price": {**price.to_json()},
        "total": {**total.to_json()},
    }


def _sales_orders(sheet: Sheet, count: int) -> None:
    random, customers = sheet.random, list(sheet.rows["erp.customer"])
    products = list(sheet.rows["erp.product"])
    for number in range(count):
        if number == _STORY_ORDER:
            sheet.add("erp.sales_order", age_days=1, customer=customers[0], state="draft",
                      note="First cold store of the Hooli expansion", **_line(sheet, products[0], 20))  # fmt: skip
            continue
        state = random.choice(("draft", "confirmed", "done", "done", "cancelled"))
        line = _line(sheet, random.choice(products[1:]), random.randrange(1, 12))
        customer = random.choice(customers[_STORY_CUSTOMERS:])
        note = random.choice(("", "", "", *REMARKS[-2:]))
        order = sheet.add("erp.sales_order", age_days=None, customer=customer, state=state, note=note, **line)
        if state == "confirmed":
            _hold(sheet, order, "reserved")


def _purchase_orders(sheet: Sheet, count: int) -> None:
    random, products = sheet.random, list(sheet.rows["erp.product"].items())[1:]
    for _ in range(count):
        product, values = random.choice(products)
        state = random.choice(("draft", "confirmed", "done", "done"))
        line = _line(sheet, product, random.choice((20, 50, 100)))
        order = sheet.add(
            "erp.purchase_order", age_days=None, supplier=values["supplier"], state=state, warehouse="", **line
        )
        if state == "confirmed":
            _hold(sheet, order, "incoming")


def _hold(sheet: Sheet, order: str, field: str) -> None:
    """Let a confirmed order hold its quantity, as confirming it would have done."""
    kind = "erp.sales_order" if field == "reserved" else "erp.purchase_order"
    values = sheet.rows[kind][order]
    stock, row = next(
        (record, row) for record, row in sheet.rows["erp.stock"].items() if row["product"] == values["product"]
    )
    quantity, before = values["quantity"], row[field]
    assert isinstance(quantity, int)
    assert isinstance(before, int)
    row[field] = before + quantity
    sheet.commitments.append({"document": order, "stock": stock, "field": field, "quantity": quantity})


def _invoices(sheet: Sheet, count: int) -> None:
    random, customers = sheet.random, list(sheet.rows["erp.customer"])
    hooli = customers[0]
    sheet.add("erp.invoice", age_days=10, total={"minor": 1_284_000, "currency": "EUR"}, due=sheet.day(20),
              reference="PO 4500012345", customer=hooli, state="posted")  # fmt: skip
    sheet.add("erp.invoice", age_days=48, total={"minor": 360_050, "currency": "EUR"}, due=sheet.day(-18),
              reference="po-4500011890", customer=hooli, state="posted")  # fmt: skip
    for _ in range(count - 2):
        customer = random.choice(customers[_STORY_CUSTOMERS - 1 :])
        limit = as_money(sheet.rows["erp.customer"][customer]["credit_limit"])
        state = random.choice(("draft", "posted", "posted", "paid", "paid", "paid", "cancelled"))
        sheet.add(
            "erp.invoice",
            customer=customer,
            sales_order=random.choice((None, *sheet.rows["erp.sales_order"])),
            total=amount(random.randrange(2, 300) * 50, limit.currency if limit else "EUR"),
            state=state,
            due=sheet.day(random.randrange(-120, 45)),
            reference=random.choice(("", f"PO {random.randrange(4_500_000_000, 4_500_099_999)}", "per e-mail")),
        )


def _credit_notes(sheet: Sheet) -> None:
    cancelled = [(record, row) for record, row in sheet.rows["erp.invoice"].items() if row["state"] == "cancelled"]
    for record, row in cancelled:
        sheet.add("erp.credit_note", invoice=record, total=row["total"], state="posted",
                  reason=f"Cancels invoice {record}")  # fmt: skip
