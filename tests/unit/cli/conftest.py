from tests.integration.cli.commands import bare_environment, placet, project

__all__ = ["bare_environment", "placet", "project"]
