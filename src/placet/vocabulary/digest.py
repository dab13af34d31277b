"""The digest that binds an approval to exactly one change."""

import hashlib
from collections.abc import Mapping

import rfc8785

from placet.vocabulary.codec import dump
from placet.vocabulary.proposals import Proposal
from placet.vocabulary.values import Json, to_json

DOMAIN = b"placet/v1\0"


def canonical(value: Mapping[str, Json]) -> bytes:
    """RFC 8785 bytes of `value`, after `to_json` made every value exact and NFC."""
    return rfc8785.dumps(to_json(value))


def sha256(data: bytes) -> str:
    """Lower-case hexadecimal SHA-256 under placet's domain separation."""
    return hashlib.sha256(DOMAIN + data).hexdigest()


def binding(proposal: Proposal) -> dict[str, Json]:
    """What an approval is bound to (DESIGN §3): change one of these and the digest changes.

    Beyond what is sent, it binds who may approve (the ruling with its policy hash) and what the card showed.
    """
    return {
        "proposal": proposal.id,
        "tool": proposal.tool,
        "tool_hash": proposal.tool_hash,
        "connector": proposal.connector,
        "connector_version": proposal.connector_version,
        "operation": proposal.operation.to_json(),
        "base_version": proposal.base_version,
        "ruling": dump(proposal.ruling),
        "changes": [dump(change) for change in proposal.changes],
        "requester": proposal.requester,
        "agent": proposal.agent,
        "revision": proposal.revision,
        "nonce": proposal.nonce,
        "expires_at": proposal.expires_at.isoformat(),
    }


def digest_of(proposal: Proposal) -> str:
    """The digest of a proposal as it stands, recomputed from its fields."""
    return sha256(canonical(binding(proposal)))
