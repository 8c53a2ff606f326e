"""The settings that somebody gave an installation on one machine: a file of NAME=value lines in its folder."""

from __future__ import annotations

import re
from pathlib import Path

from deploy.local.errors import CannotStart

FILE = "settings.env"
_TEMPLATE = """\
# Settings of this installation, one NAME=value a line, read when it starts (docs/operations.md lists all).
# Take the # away from what you need, then stop and start again.

# Fixed after the first purchase: BASE_CURRENCY=EUR
# DEFAULT_TIME_ZONE=Europe/Berlin
# Before the first customer: the country of phone numbers without one.
# PHONE_REGION=DE

# Publishers that write straight to Kafka and are believed about who somebody is, by the names they give.
# TRUSTED_PUBLISHERS=["tills"]

# Mail stays in the built-in inbox until a server is named here, or in the console's settings (which hold over these).
# SMTP_HOST=smtp.example.com
# SMTP_PORT=587
# SMTP_USER=
# SMTP_PASSWORD=
# SENDER_NAME=My Shop
# SENDER_ADDRESS=news@example.com

# Where refusals, erasures and hand-overs are written besides, for a restore (docs/backup.md): best on another disk.
# JOURNAL_FOLDER=/other-disk/journal

# With a server of your own, only these may be written to; ["*"] is everybody.
# RECIPIENT_ALLOW=["me@example.com"]
"""
_LINE = re.compile(r"([A-Z][A-Z0-9_]*)=(.*)")


def load_settings(folder: Path) -> dict[str, str]:
    """The file's settings; a first time the file is made, with nothing set. Raises CannotStart for a line that is none.

    While mail stays here, everybody may be written to: nothing leaves the machine.
    """
    file = folder / FILE
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(_TEMPLATE)
    settings = {}
    for number, line in enumerate(file.read_text().splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        if found is None:
            raise CannotStart(f"{file}, line {number}: write NAME=value, the name in capitals, or begin it with #")
        settings[found[1]] = found[2].strip()
    settings = {"JOURNAL_FOLDER": str(folder.resolve() / "journal")} | settings
    return settings if "SMTP_HOST" in settings else {"RECIPIENT_ALLOW": '["*"]'} | settings
