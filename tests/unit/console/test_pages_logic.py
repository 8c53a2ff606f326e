"""The pages' own logic is tested where it is written; this runs those tests with the locked Node."""

from __future__ import annotations

import os
import subprocess

from console.build import WEB, build, node


def test_the_pages_logic_holds() -> None:
    """Catches a broken rule tree, a sentence that says something else, an account that does not add up."""
    build()
    done = subprocess.run(
        [node(), "node_modules/vitest/vitest.mjs", "run", "--reporter=dot"],
        cwd=WEB, text=True, capture_output=True, env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
