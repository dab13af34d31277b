from collections.abc import Callable
from pathlib import Path

import pytest

from placet.rules import Policies, load_policies

PEOPLE = """\
people:
  - {id: riley, name: Riley Park, email: riley@example.org, slack: U0RILEY, roles: [rep]}
  - {id: dana, name: Dana Okafor, email: Dana@example.org, slack: U0DANA, roles: [director, rep]}
  - {id: noor, name: Noor Haddad, email: noor@example.org, roles: [director], active: false}
  - {id: priya, name: Priya Nair, email: priya@example.org, slack: U0PRIYA, roles: [owner]}
"""
ROLES = """\
roles:
  - {id: rep, scopes: ["crm.deal:read", "crm.deal:update"]}
  - {id: director, scopes: ["crm.*:read"]}
  - {id: owner}
"""

PolicyFolder = Callable[..., Path]
PoliciesOf = Callable[..., Policies]


@pytest.fixture
def policy_folder(tmp_path: Path) -> PolicyFolder:
    """Writes a policy folder; each file can be replaced."""

    def write(rules: str = "", people: str = PEOPLE, roles: str = ROLES) -> Path:
        folder = tmp_path / "policies"
        folder.mkdir(exist_ok=True)
        for name, text in (("people", people), ("roles", roles), ("rules", rules)):
            (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        return folder

    return write


@pytest.fixture
def policies_of(policy_folder: PolicyFolder) -> PoliciesOf:
    """Loads policies with the given rules."""
    return lambda rules: load_policies(policy_folder(rules))
