"""What else a change does: planned once, told to people by the reader and carried out by the writer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from placet.connectors.embedded.rows import Rows, Stored
from placet.errors import ChangeRefused
from placet.vocabulary import Json, Money, Operation, OperationKind, as_money, in_words

EDITABLE_LATER: Mapping[str, frozenset[str]] = {
    "erp.sales_order": frozenset({"note"}),
    "erp.purchase_order": frozenset({"note"}),
    "erp.invoice": frozenset({"reference"}),
    "erp.credit_note": frozenset(),
}
"""What may still be edited once a document has left its draft. Real ERPs lock the rest; Tryton answers "not
allowed to modify the field" for a posted invoice."""

HOME_WAREHOUSE = "Lyon"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One further change. `record` is empty for a new record; `held` is (document, stock field, quantity).

    `released` names the document that lets go of what it held on this record.
    """

    object: str
    record: str
    fields: Mapping[str, Json]
    words: str
    held: tuple[str, str, int] | None = None
    released: str = ""


def plan(rows: Rows, operation: Operation, stored: Stored) -> Sequence[Effect]:
    """What carrying out a transition on `stored` changes beside the record itself.

    Raises:
        ChangeRefused: the state or another record stands against it.
    """
    schema = rows.schema(operation.object)
    step = next((one for one in schema.transitions if one.name == operation.verb), None)
    if step is None:
        raise refused(operation, f"`{operation.object}` has no transition `{operation.verb}`")
    state = stored.text(schema.state_field)
    if state not in step.from_states:
        allowed = " or ".join(f"`{one}`" for one in step.from_states)
        raise refused(operation, f"`{stored.id}` is `{state}`; `{operation.verb}` needs it to be {allowed}")
    return _PLANS[operation.object, operation.verb](rows, operation, stored)


def carry_out(rows: Rows, effects: Sequence[Effect]) -> None:
    """Make the further changes, in the transaction that is open."""
    held = rows.layout.commitments
    for effect in effects:
        if effect.record:
            rows.set(effect.object, effect.record, effect.fields)
        record = effect.record or rows.add(effect.object, effect.fields)
        if effect.held is not None:
            document, quantity_field, quantity = effect.held
            rows.connection.execute(
                held.insert().values(document=document, stock=record, field=quantity_field, quantity=quantity)
            )
        if effect.released:
            gone = (held.c.document == effect.released) & (held.c.stock == record)
            rows.connection.execute(held.delete().where(gone))


def derived(rows: Rows, object: str, values: Mapping[str, Json]) -> dict[str, Json]:
    """What the system works out itself: the price of an order from the product, its total, defaults of new records."""
    if object not in {"erp.sales_order", "erp.purchase_order"}:
        return {}
    price = as_money(values.get("unit_price"))
    if price is None:
        product = rows.get("erp.product", str(values.get("product", "")))
        price = as_money(product.values["price"]) if product else None
    quantity = values.get("quantity")
    if price is None or not isinstance(quantity, int):
        return {}
    total = Money(price.minor * quantity, price.currency)
    return {"unit_price": {**price.to_json()}, "total": {**total.to_json()}}


def locked(rows: Rows, operation: Operation, stored: Stored) -> None:
    """Refuse to edit or delete a document that has left its draft.

    Raises:
        ChangeRefused: it has, and a field that is fixed by then is touched.
    """
    free = EDITABLE_LATER.get(operation.object)
    state = stored.text(rows.schema(operation.object).state_field)
    if free is None or state == "draft":
        return
    if operation.kind is OperationKind.DELETE and state != "cancelled":
        raise refused(operation, f"`{stored.id}` is `{state}`; only drafts and cancelled documents can be deleted")
    fixed = sorted(operation.fields.keys() - free)
    if fixed:
        raise refused(operation, f"`{stored.id}` is `{state}`; `{fixed[0]}` can no longer be edited")


def refused(operation: Operation, reason: str, kind: str = "invalid") -> ChangeRefused:
    """The error of a change the system will not make."""
    return ChangeRefused(system=operation.system, reason=reason, kind=kind)


def _free(stock: Stored) -> int:
    return stock.number("on_hand") - stock.number("reserved")


def _confirm_sale(rows: Rows, operation: Operation, stored: Stored) -> Sequence[Effect]:
    customer = rows.get("erp.customer", stored.text("customer"))
    if customer is not None and customer.values["on_hold"]:
        raise refused(operation, f"customer `{customer.text('name')}` is on hold; no order can be confirmed")
    wanted = stored.number("quantity")
    stocks = sorted(rows.find("erp.stock", product=stored.text("product")), key=lambda one: (-_free(one), one.id))
    effects = []
    missing = wanted
    for stock in stocks:
        taken = min(missing, max(0, _free(stock)))
        if taken:
            missing -= taken
            effects.append(_held(stock, stored.id, "reserved", taken, f"{_free(stock)} free"))
    if missing:
        raise refused(operation, f"only {wanted - missing} of {wanted} are free on stock")
    return effects


def _confirm_purchase(rows: Rows, _operation: Operation, stored: Stored) -> Sequence[Effect]:
    quantity, place = stored.number("quantity"), stored.text("warehouse")
    stocks = rows.find("erp.stock", product=stored.text("product"))
    chosen = [one for one in stocks if one.text("warehouse") == place] if place else stocks
    if chosen:
        stock = min(chosen, key=lambda one: (one.number("on_hand"), one.id))
        return [_held(stock, stored.id, "incoming", quantity, f"{stock.number('incoming')} before")]
    product = rows.get("erp.product", stored.text("product"))
    name = f"{product.text('name') if product else stored.text('product')} / {place or HOME_WAREHOUSE}"
    fields: dict[str, Json] = {
        "name": name,
        "product": stored.text("product"),
        "warehouse": place or HOME_WAREHOUSE,
        "on_hand": 0,
        "reserved": 0,
        "incoming": quantity,
    }
    words = f"opens stock `{name}` with {quantity} incoming"
    return [Effect(object="erp.stock", record="", fields=fields, words=words, held=(stored.id, "incoming", quantity))]


def _held(stock: Stored, document: str, quantity_field: str, quantity: int, aside: str) -> Effect:
    return Effect(
        object="erp.stock",
        record=stock.id,
        fields={quantity_field: stock.number(quantity_field) + quantity},
        words=f"{quantity_field} stock of `{stock.text('name')}` rises by {quantity} ({aside})",
        held=(document, quantity_field, quantity),
    )


def _release(rows: Rows, _operation: Operation, stored: Stored) -> Sequence[Effect]:
    held = rows.layout.commitments
    query = held.select().where(held.c.document == stored.id).order_by(held.c.stock)
    effects = []
    for row in rows.connection.execute(query).mappings().all():
        stock = rows.get("erp.stock", row["stock"])
        if stock is not None:
            left = max(0, stock.number(row["field"]) - row["quantity"])
            words = f"{row['field']} stock of `{stock.text('name')}` falls by {row['quantity']} to {left}"
            effects.append(
                Effect(
                    object="erp.stock",
                    record=stock.id,
                    fields={row["field"]: left},
                    words=words,
                    released=stored.id,
                )
            )
    return effects


def _post(_rows: Rows, _operation: Operation, _stored: Stored) -> Sequence[Effect]:
    return ()  # the lock on a posted invoice is the whole effect


def _credit(_rows: Rows, _operation: Operation, stored: Stored) -> Sequence[Effect]:
    total = stored.values["total"]
    fields: dict[str, Json] = {
        "invoice": stored.id,
        "total": total,
        "state": "posted",
        "reason": f"Cancels invoice {stored.id}",
    }
    words = f"creates a posted credit note over {in_words(total)}"
    return [Effect(object="erp.credit_note", record="", fields=fields, words=words)]


_PLANS: Mapping[tuple[str, str], Callable[[Rows, Operation, Stored], Sequence[Effect]]] = {
    ("erp.sales_order", "confirm"): _confirm_sale,
    ("erp.sales_order", "cancel"): _release,
    ("erp.purchase_order", "confirm"): _confirm_purchase,
    ("erp.purchase_order", "cancel"): _release,
    ("erp.invoice", "post"): _post,
    ("erp.invoice", "cancel"): _credit,
}
