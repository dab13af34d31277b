"""The objects of the embedded CRM, in a rep's words."""

from placet.connectors.embedded.fields import build, choice, day, flag, integer, money, prose, reference, text

REGIONS = ("EMEA", "AMER", "APAC")
STAGES = ("prospecting", "qualification", "proposal", "negotiation", "won", "lost")

ACCOUNT = build(
    "crm.account",
    "account",
    "Account",
    text("name", "Name", required=True),
    text("country", "Country"),
    choice("region", "Region", *REGIONS),
    choice("segment", "Segment", "enterprise", "mid_market", "small_business", "public_sector"),
    text("owner", "Owner"),
    text("phone", "Phone"),
    text("website", "Website"),
    choice("status", "Status", "prospect", "customer", "former"),
    prose("description", "Description"),
)

CONTACT = build(
    "crm.contact",
    "contact",
    "Contact",
    text("name", "Name", required=True),
    reference("account", "Account", "crm.account"),
    text("email", "E-mail"),
    text("phone", "Phone"),
    text("title", "Job title"),
)

LEAD = build(
    "crm.lead",
    "lead",
    "Lead",
    text("name", "Name", required=True, free=True),
    text("company", "Company", free=True),
    text("email", "E-mail"),
    choice("source", "Source", "web_form", "trade_fair", "referral", "partner", "cold_call"),
    prose("message", "Message"),
    integer("score", "Score, 0 to 100"),
    choice("status", "Status", "new", "working", "qualified", "disqualified"),
    text("owner", "Owner"),
)

OPPORTUNITY = build(
    "crm.opportunity",
    "deal",
    "Opportunity",
    text("name", "Name", required=True),
    reference("account", "Account", "crm.account", required=True),
    money("amount", "Amount"),
    choice("stage", "Stage", *STAGES),
    day("close_date", "Expected close"),
    text("owner", "Owner"),
    integer("probability", "Probability, %"),
    integer("discount_percent", "Discount, %"),
    choice("region", "Region", *REGIONS),
    prose("next_step", "Next step"),
    prose("description", "Description"),
)

NOTE = build(
    "crm.note",
    "note",
    "Note",
    text("name", "Subject", required=True, free=True),
    reference("account", "Account", "crm.account", required=True),
    reference("opportunity", "Opportunity", "crm.opportunity"),
    prose("text", "Text", required=True),
    text("author", "Author"),
)

TASK = build(
    "crm.task",
    "task",
    "Task",
    text("name", "What to do", required=True, free=True),
    day("due", "Due"),
    text("owner", "Owner"),
    reference("account", "Account", "crm.account"),
    reference("opportunity", "Opportunity", "crm.opportunity"),
    flag("done", "Done"),
)

CRM = (ACCOUNT, CONTACT, LEAD, OPPORTUNITY, NOTE, TASK)
