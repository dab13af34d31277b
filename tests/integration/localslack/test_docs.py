"""The example of the guide is run as it stands there."""

import asyncio
import os
import re
import sys
from pathlib import Path

GUIDE = Path(__file__).parents[3] / "docs" / "how-to" / "local-slack.md"


async def test_the_example_of_the_guide_runs() -> None:
    example = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)[0]
    clean = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    run = await asyncio.create_subprocess_exec(sys.executable, "-c", example, env=clean, stderr=asyncio.subprocess.PIPE)
    _, complaints = await run.communicate()
    assert run.returncode == 0, complaints.decode()
