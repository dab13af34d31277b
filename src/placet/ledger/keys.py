"""The key that signs heads. Processes that only read or verify need the public key alone."""

import base64
from typing import TYPE_CHECKING

from placet.errors import LedgerKeyUnavailable
from placet.ledger.standalone import PublicKey
from placet.vocabulary import Secret

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

DEFAULT_ORIGIN = "placet/ledger"
"""Names the ledger in its heads. Give each ledger its own, as a URL without scheme (c2sp.org/tlog-checkpoint)."""

_SEED_DIGITS = 64


class LedgerSigner:
    """Signs heads with Ed25519 under one origin. It never prints its key."""

    def __init__(self, key: "Ed25519PrivateKey", origin: str = DEFAULT_ORIGIN) -> None:
        if not origin or "+" in origin or any(char.isspace() or not char.isprintable() for char in origin):
            raise ValueError(f"`{origin}` cannot name a ledger: it is empty or holds a space, a plus or a control sign")
        self._key = key
        self.origin = origin
        self.public_key = PublicKey(key.public_key().public_bytes_raw(), origin)

    @classmethod
    def from_secret(cls, secret: Secret, origin: str = DEFAULT_ORIGIN) -> "LedgerSigner":
        """A signer from an unencrypted PKCS #8 PEM or the 32-byte seed as 64 hexadecimal digits.

        Raises:
            LedgerKeyUnavailable: it is neither.
        """
        return cls(_private_key(secret.reveal().strip()), origin)

    def verifier_key(self) -> str:
        """The public key as `name+id+key`: what a verifier is given (c2sp.org/signed-note)."""
        return verifier_key(self.public_key)

    def sign(self, size: int, root: bytes) -> str:
        """A signed checkpoint: origin, size and base64 root; an empty line; one Ed25519 signature line."""
        text = f"{self.origin}\n{size}\n{base64.b64encode(root).decode()}\n"
        signature = self.public_key.key_id + self._key.sign(text.encode())
        return f"{text}\n\u2014 {self.origin} {base64.b64encode(signature).decode()}\n"

    def __repr__(self) -> str:
        return f"LedgerSigner({self.origin!r})"


def verifier_key(key: PublicKey) -> str:
    """A public key as one line `name+id+key`."""
    encoded = base64.b64encode(b"\x01" + key.raw).decode()  # 1 is the specification's number for Ed25519
    return f"{key.name}+{key.key_id.hex()}+{encoded}"


def new_key() -> Secret:
    """A fresh signing key as PEM, for `PLACET_LEDGER_KEY` or the file of `PLACET_LEDGER_KEY_FILE`."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Secret(pem.decode())


def _private_key(text: str) -> "Ed25519PrivateKey":
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    if len(text) == _SEED_DIGITS:
        try:
            return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text))
        except ValueError:
            raise LedgerKeyUnavailable(reason="its seed holds something else than hexadecimal digits") from None
    try:
        key = serialization.load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise LedgerKeyUnavailable(reason="it is neither an unencrypted PEM nor 64 hexadecimal digits") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise LedgerKeyUnavailable(reason="it is no Ed25519 key")
    return key
