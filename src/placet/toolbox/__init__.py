"""Permission-scoped wrappers: the only caller of a reader and of a project's tool functions."""

from placet.toolbox.declarations import Reference, ToolDeclaration, declaration_of, egress, read, write

__all__ = ["Reference", "ToolDeclaration", "declaration_of", "egress", "read", "write"]
