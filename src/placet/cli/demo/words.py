"""What the people of the demo say. The local model was measured with exactly these sentences."""

MOVE = "Check the stock of Falcon sensors, then move the Hooli expansion deal to negotiation"
TYPO = "set the Hooli expansion to 120k"
"""The local model reads 120 here. People write so, and the card is where it is caught."""

ORDER = "Order 40 Falcon sensors"
WHY_NOT = "120k means 120,000"
INTRUDER = "set the Hooli expansion to 1"
