"""Which objects the configured systems have, known without opening them."""

from collections.abc import Iterable, Mapping

from placet.connectors.embedded.schema_crm import CRM
from placet.connectors.embedded.schema_erp import ERP
from placet.project.settings import SystemSettings
from placet.vocabulary import ObjectSchema, Scope

_EMBEDDED: Mapping[str, tuple[ObjectSchema, ...]] = {"crm": CRM, "erp": ERP}


def systems_offered(connector: str) -> tuple[str, ...]:
    """The names a system of this connector may have."""
    return tuple(_EMBEDDED) if connector == "embedded" else ()


def objects_of(systems: Mapping[str, SystemSettings]) -> frozenset[str]:
    """The full names of all objects of the configured systems, such as `crm.account`."""
    return frozenset(schema.object for name in systems for schema in _EMBEDDED.get(name, ()))


def schemas_of(systems: Mapping[str, SystemSettings]) -> dict[str, ObjectSchema]:
    """The objects of the configured systems by full name, as their connectors declare them."""
    return {schema.object: schema for name in systems for schema in _EMBEDDED.get(name, ())}


def read_scopes(objects: Iterable[str]) -> tuple[Scope, ...]:
    """The scope that reads each object: tools need it for what they look up on the way."""
    return tuple(Scope.parse(f"{object}:read") for object in sorted(objects))
