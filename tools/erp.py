"""ERP tools, named as a rep would say them. Write tools return an operation and touch nothing."""

from typing import Annotated

from placet import Condition, Create, Reader, RecordRef, Reference, read, write

Product = Annotated[RecordRef, Reference("erp.product"), "product name or sku"]
Customer = Annotated[RecordRef, Reference("erp.customer"), "customer name"]


@read(scope="erp.stock:read")
async def stock_on_hand(erp: Reader, product: Product) -> list[dict[str, object]]:
    """How many units of a product are in stock."""
    page = await erp.search("erp.stock", [Condition("product", "is", product.id)])
    return [
        {"name": record.name, "on_hand": record.values["on_hand"], "reserved": record.values["reserved"]}
        for record in page.records
    ]


@read(scope="erp.invoice:read")
async def open_invoices(erp: Reader, customer: Customer) -> list[dict[str, object]]:
    """List the unpaid invoices of a customer."""
    where = [Condition("customer", "is", customer.id), Condition("state", "is", "posted")]
    page = await erp.search("erp.invoice", where)
    return [
        {"id": record.id, "name": record.name, "total": record.values["total"], "due": record.values["due"]}
        for record in page.records
    ]


@write(scope="erp.purchase_order:create")
async def order_stock(erp: Reader, product: Product, quantity: Annotated[int, "how many units"]) -> Create:
    """Order units of a product from its supplier."""
    record = await erp.read("erp.product", product.id)
    return Create(
        "erp.purchase_order",
        supplier=record.values["supplier"],
        product=product,
        quantity=quantity,
    )
