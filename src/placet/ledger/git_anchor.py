"""An anchor in a git repository: every head is a commit on a branch of its own, pushed wherever you like.

Works with a normal or a bare repository and touches neither its index nor its files.
"""

import os
import shutil
import subprocess
from pathlib import Path

from placet.errors import AnchorFailed
from placet.ledger.anchors import Receipt
from placet.ledger.standalone import read_checkpoint, split_notes

_FILE = "checkpoint"
_SECONDS = 60
_AUTHOR = {
    "GIT_AUTHOR_NAME": "placet", "GIT_AUTHOR_EMAIL": "placet@localhost",
    "GIT_COMMITTER_NAME": "placet", "GIT_COMMITTER_EMAIL": "placet@localhost",
}  # fmt: skip


class GitAnchor:
    """Commits each note as the file `checkpoint` on `branch`; with `remote`, the branch is pushed there after."""

    def __init__(self, folder: Path, *, branch: str = "placet-ledger", remote: str = "") -> None:
        self.folder = folder
        self.name = f"git:{folder.name}"
        self._ref = f"refs/heads/{branch}"
        self._remote = remote

    def publish(self, note: str) -> Receipt:
        """Commit the note on top of the branch, which must not have moved meanwhile, and push it.

        Raises:
            AnchorFailed: git is missing, the folder is no repository, or git refused.
        """
        blob = self._git("hash-object", "-w", "--stdin", given=note)
        tree = self._git("mktree", given=f"100644 blob {blob}\t{_FILE}\n")
        tip = self._git("for-each-ref", "--format=%(objectname)", self._ref)
        parent = ("-p", tip) if tip else ()
        message = f"ledger head {read_checkpoint(note).size}"
        commit = self._git("commit-tree", tree, *parent, "-m", message)
        self._git("update-ref", self._ref, commit, tip or "0" * len(commit))
        if self._remote:
            self._git("push", "--quiet", self._remote, self._ref)
        return Receipt(where=f"{self._ref}@{commit}", details={"commit": commit, "pushed": self._remote})

    def notes(self) -> list[str]:
        """Every note on the branch, oldest first.

        Raises:
            AnchorFailed: git refused.
        """
        commits = self._git("rev-list", "--reverse", self._ref).split()
        wanted = "".join(f"{commit}:{_FILE}\n" for commit in commits)
        return split_notes(self._run("cat-file", "--batch=", given=wanted)) if commits else []

    def _git(self, *arguments: str, given: str = "") -> str:
        return self._run(*arguments, given=given).strip()

    def _run(self, *arguments: str, given: str = "") -> str:
        program = shutil.which("git")
        if program is None:
            raise AnchorFailed(anchor=self.name, reason="the program git is not installed")
        # what an outer git command set would send us to another repository
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        try:
            done = subprocess.run(  # noqa: S603 - a found program and fixed words; the note goes in as data
                [program, "-C", str(self.folder), *arguments],
                input=given.encode(), capture_output=True, check=False, timeout=_SECONDS,
                env=inherited | _AUTHOR | {"GIT_TERMINAL_PROMPT": "0"},
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            raise AnchorFailed(anchor=self.name, reason=type(error).__name__) from error
        if done.returncode != 0:
            said = done.stderr.decode(errors="replace").strip().splitlines() or ["git failed"]
            raise AnchorFailed(anchor=self.name, reason=said[0][:200])
        return done.stdout.decode(errors="replace")
