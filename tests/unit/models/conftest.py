from pathlib import Path

import pytest

_NEEDLE = """
import os, threading

class Needle:
    def __init__(self, tools, system, stateless, auto_date):
        assert stateless and not auto_date
        self.tools, self.system = tools, system

    def complete(self, text):
        print("noise of the native library")
        word, _, rest = text.partition(" ")
        if word == "hang":
            threading.Event().wait()
        if word == "die":
            os._exit(3)
        if word == "die-once" and not os.path.exists(rest):
            open(rest, "w").close()
            os._exit(3)
        if word == "fail":
            raise RuntimeError("needle_complete failed")
        if word == "environment":
            return _reply({"names": sorted(os.environ), "home": os.environ["HOME"]})
        if word == "large":
            return _reply({"amount": 1e300})
        return _reply({"amount": 120.0, "share": 12.5, "text": text, "tools": len(self.tools)})

    def close(self):
        pass

def _reply(arguments):
    call = {"name": "set_amount", "arguments": arguments}
    return {
        "function_calls": [call], "suppressed_calls": [{"name": "other", "arguments": {"a": 1.0}}],
        "confidence": 0.3452, "reasoning": "because", "validation": {"ungrounded": ["set_amount.share"]},
    }
"""


@pytest.fixture
def needle(tmp_path: Path) -> Path:
    """A stand-in for the package of the local model, so that these tests need no weights."""
    folder = tmp_path / "needle"
    folder.mkdir()
    (folder / "__init__.py").write_text(_NEEDLE)
    return folder
