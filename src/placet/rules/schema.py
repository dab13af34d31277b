"""JSON Schemas (2020-12) of the policy files, for editors that check and complete YAML."""

from collections.abc import Mapping
from typing import Any, Final, cast

from placet.rules.examples import ExamplesFile
from placet.rules.models import CalendarsFile, PeopleFile, RolesFile, RulesFile
from placet.rules.shapes import Shape
from placet.vocabulary import Json

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_MODELS: Final[Mapping[str, type[Shape]]] = {
    "people": PeopleFile,
    "roles": RolesFile,
    "rules": RulesFile,
    "calendars": CalendarsFile,
    "tests": ExamplesFile,
}
SCHEMAS: Final = tuple(_MODELS)
"""Names of the schemas: one for each policy file, and `tests` for the files in `policies/tests/`."""


def policy_schema(name: str) -> dict[str, Json]:
    """The schema of one kind of file.

    It says what stands where. What needs the whole project (does the role exist, does the condition parse) is known
    to `placet check` alone.

    Raises:
        KeyError: `name` is none of `SCHEMAS`.
    """
    model = _MODELS[name]
    schema: dict[str, Any] = model.model_json_schema(by_alias=True, mode="validation")
    return {"$schema": DIALECT, **cast("dict[str, Json]", schema), "title": f"placet policies: {name}"}
