"""The life of a proposal up to its approval: propose, decide, expire, cancel. Knows no Slack."""

from placet.approvals.deciding import Click, Verdicted, decide, missing_approvals
from placet.approvals.proposing import cancel, expire, propose
from placet.approvals.settling import settle_unknown

__all__ = ["Click", "Verdicted", "cancel", "decide", "expire", "missing_approvals", "propose", "settle_unknown"]
