"""Grants: single-use, seconds-long permission for exactly one digest, minted in the claim, burnt by the writer."""

import hmac
import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from placet.errors import ExecutionRefused
from placet.vocabulary import Clock, Grant, Operation, Proposal, Secret, canonical

MAX_SECONDS = 30
"""No grant lives longer than this."""


class GrantSeal:
    """Mints grants and lets a writer verify and burn them. One per executor process."""

    def __init__(self, key: Secret, clock: Clock, *, seconds: int = MAX_SECONDS) -> None:
        self._key = key.reveal().encode()
        self._clock = clock
        self._life = timedelta(seconds=min(seconds, MAX_SECONDS))
        self._open: set[str] = set()

    def mint(self, proposal: Proposal, *, fence: int) -> Grant:
        """A grant for this proposal as it stands, valid no longer than the approval. Call it inside the claim."""
        nonce, expires = secrets.token_hex(16), min(self._clock() + self._life, proposal.expires_at)
        mac = self._mac(proposal.id, proposal.digest, proposal.operation, proposal.base_version, nonce, fence, expires)
        self._open.add(nonce)
        return Grant(
            proposal=proposal.id, digest=proposal.digest, nonce=nonce, fence=fence, expires_at=expires, mac=mac
        )

    def verify(self, grant: Grant, operation: Operation, base_version: str) -> None:
        """Burn a grant that fits exactly this operation and version. Writers call this before they send.

        Raises:
            ExecutionRefused: it is forged, foreign, for other bytes, expired or already used.
        """
        mac = self._mac(
            grant.proposal, grant.digest, operation, base_version, grant.nonce, grant.fence, grant.expires_at
        )
        if not hmac.compare_digest(mac, grant.mac):
            raise ExecutionRefused(
                proposal=grant.proposal, reason="grant_mismatch", detail="its grant is for something else"
            )
        if self._clock() >= grant.expires_at:
            raise ExecutionRefused(proposal=grant.proposal, reason="grant_expired", detail="its grant has run out")
        try:
            self._open.remove(grant.nonce)  # looks and burns in one step: writers verify on threads of their own
        except KeyError:
            raise ExecutionRefused(
                proposal=grant.proposal, reason="grant_used", detail="its grant was used before"
            ) from None

    def _mac(
        self, proposal: str, digest: str, operation: Operation, version: str, nonce: str, fence: int, expires: datetime
    ) -> str:
        bound = canonical({
            "proposal": proposal, "digest": digest, "operation": operation.to_json(), "version": version,
            "nonce": nonce, "fence": fence, "expires": expires.isoformat(),
        })  # fmt: skip
        return hmac.new(self._key, bound, sha256).hexdigest()
