"""The objects of the embedded ERP. Numbers and totals of documents are given by the system, not by a caller."""

from placet.connectors.embedded.fields import (
    build,
    choice,
    day,
    flag,
    integer,
    money,
    prose,
    reference,
    text,
    transition,
)

ORDER_STATES = ("draft", "confirmed", "done", "cancelled")

PRODUCT = build(
    "erp.product",
    "product",
    "Product",
    text("name", "Name", required=True),
    text("sku", "SKU", required=True),
    money("price", "List price", required=True),
    reference("supplier", "Supplier", "erp.supplier"),
    integer("reorder_point", "Reorder point"),
    flag("active", "On sale"),
)

STOCK = build(
    "erp.stock",
    "stock",
    "Stock",
    text("name", "Name", required=True),
    reference("product", "Product", "erp.product", required=True),
    text("warehouse", "Warehouse", required=True),
    integer("on_hand", "On hand"),
    integer("reserved", "Reserved", readonly=True),
    integer("incoming", "Incoming", readonly=True),
)

SUPPLIER = build(
    "erp.supplier",
    "supplier",
    "Supplier",
    text("name", "Name", required=True),
    integer("lead_time_days", "Lead time, days"),
    text("email", "E-mail"),
    text("bank_account", "Bank account (sensitive)"),
)

CUSTOMER = build(
    "erp.customer",
    "customer",
    "Customer",
    text("name", "Name", required=True),
    text("account_number", "Account number", required=True),
    text("crm_account", "CRM account id"),
    text("country", "Country"),
    money("credit_limit", "Credit limit"),
    flag("on_hold", "On hold"),
    choice("payment_terms", "Payment terms", "prepaid", "net_14", "net_30", "net_60"),
)

SALES_ORDER = build(
    "erp.sales_order",
    "sales order",
    "Sales order",
    text("name", "Number", readonly=True),
    reference("customer", "Customer", "erp.customer", required=True),
    reference("product", "Product", "erp.product", required=True),
    integer("quantity", "Quantity", required=True),
    money("unit_price", "Unit price"),
    money("total", "Total", readonly=True),
    choice("state", "State", *ORDER_STATES, readonly=True),
    prose("note", "Note"),
    transitions=(
        transition(
            "confirm",
            "Confirm",
            leaves=("draft",),
            reaches="confirmed",
            cascades=("reserves the quantity on stock",),
            compensate="cancel",
        ),
        transition(
            "cancel",
            "Cancel",
            leaves=("draft", "confirmed"),
            reaches="cancelled",
            cascades=("releases what the order reserved on stock",),
        ),
    ),
    state_field="state",
)

PURCHASE_ORDER = build(
    "erp.purchase_order",
    "purchase order",
    "Purchase order",
    text("name", "Number", readonly=True),
    reference("supplier", "Supplier", "erp.supplier", required=True),
    reference("product", "Product", "erp.product", required=True),
    integer("quantity", "Quantity", required=True),
    money("unit_price", "Unit price"),
    money("total", "Total", readonly=True),
    text("warehouse", "Warehouse"),
    choice("state", "State", *ORDER_STATES, readonly=True),
    prose("note", "Note"),
    transitions=(
        transition(
            "confirm",
            "Confirm",
            leaves=("draft",),
            reaches="confirmed",
            cascades=("raises the incoming stock of the product",),
            compensate="cancel",
        ),
        transition(
            "cancel",
            "Cancel",
            leaves=("draft", "confirmed"),
            reaches="cancelled",
            cascades=("takes the quantity off the incoming stock",),
        ),
    ),
    state_field="state",
)

INVOICE = build(
    "erp.invoice",
    "invoice",
    "Invoice",
    text("name", "Number", readonly=True),
    reference("customer", "Customer", "erp.customer", required=True),
    reference("sales_order", "Sales order", "erp.sales_order"),
    money("total", "Total", required=True),
    choice("state", "State", "draft", "posted", "paid", "cancelled", readonly=True),
    day("due", "Due", required=True),
    text("reference", "Reference", free=True),
    transitions=(
        transition(
            "post",
            "Post",
            leaves=("draft",),
            reaches="posted",
            cascades=("the invoice is final: only a credit note corrects it",),
            compensate="cancel",
        ),
        transition(
            "cancel",
            "Cancel by credit note",
            leaves=("posted",),
            reaches="cancelled",
            cascades=("creates a posted credit note over the whole total",),
        ),
    ),
    state_field="state",
)

CREDIT_NOTE = build(
    "erp.credit_note",
    "credit note",
    "Credit note",
    text("name", "Number", readonly=True),
    reference("invoice", "Invoice", "erp.invoice", required=True),
    money("total", "Total", required=True),
    choice("state", "State", "draft", "posted", readonly=True),
    prose("reason", "Reason"),
    state_field="state",
)

ERP = (PRODUCT, STOCK, SUPPLIER, CUSTOMER, SALES_ORDER, PURCHASE_ORDER, INVOICE, CREDIT_NOTE)
