"""A Chromium for the tests: the machine's own, else one from a locked package, unpacked without root into .local.

The package holds a headless build with the libraries that it needs beside it, each compressed with brotli, for which
Node has a reader and Python has none.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

from console.build import install_packages, node

ROOT = Path(__file__).parents[2]
PACKAGES = Path(__file__).parent / "node_modules"
_PACKED = PACKAGES / "@sparticuz/chromium/bin"
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_UNPACK = """
const [from, to] = process.argv.slice(1);
require("fs").writeFileSync(to, require("zlib").brotliDecompressSync(require("fs").readFileSync(from)));
"""

_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><dir>/usr/share/fonts</dir><cachedir>{cache}</cachedir></fontconfig>
"""

# No sandbox: containers and CI run as root, and the only pages opened are our own.
ARGUMENTS = ("--no-sandbox", "--disable-background-networking", "--disable-dev-shm-usage", "--disable-gpu")


@dataclass(frozen=True)
class Browser:
    """What Playwright's `launch` needs."""

    executable: Path
    environment: dict[str, str] = field(default_factory=dict)


def install_test_packages() -> None:
    """axe and the packed browser, as locked beside this file. Raises CannotBuild."""
    install_packages(PACKAGES.parent, PACKAGES / ".installed")


def find_browser(*, packed: bool = False) -> Browser:
    """The machine's, unless there is none or `packed` is asked for. Raises CannotBuild without a network."""
    # The driver's own Node wants a library that a bare Debian does not have (libatomic); that of the wheel does not.
    os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(node()))
    for name in () if packed else _NAMES:
        if found := shutil.which(name):
            return Browser(Path(found), dict(os.environ))
    install_test_packages()
    return _unpacked(ROOT / ".local/browser/chromium")


def _unpacked(folder: Path) -> Browser:
    executable, libraries, fonts = folder / "chromium", folder / "al2023/lib", folder / "fonts"
    if not executable.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("al2023", "fonts"):
            archive = folder / f"{name}.tar"
            _decompress(_PACKED / f"{name}.tar.br", archive)
            with tarfile.open(archive) as packed:
                _extract(packed, folder / name)
            archive.unlink()
        # Last and in one step: what is there is whole.
        _decompress(_PACKED / "chromium.br", folder / "chromium.new")
        (folder / "chromium.new").chmod(0o755)
        (folder / "chromium.new").rename(executable)
    path = os.pathsep.join(filter(None, (str(libraries), os.environ.get("LD_LIBRARY_PATH"))))
    # The package's own configuration looks for its fonts in /tmp; without a font nothing has a height.
    configuration = folder / "fonts.conf"
    configuration.write_text(_FONTS.format(fonts=fonts, cache=folder / "font-cache"))
    return Browser(executable, {**os.environ, "LD_LIBRARY_PATH": path, "FONTCONFIG_FILE": str(configuration)})


def _extract(packed: tarfile.TarFile, folder: Path) -> None:
    # Debian's Python 3.11.2 has no filters yet; what is unpacked is locked by its hash.
    if hasattr(tarfile, "data_filter"):
        packed.extractall(folder, filter="data")
    else:
        packed.extractall(folder)


def _decompress(source: Path, target: Path) -> None:
    subprocess.run([node(), "-e", _UNPACK, source, target], check=True)
