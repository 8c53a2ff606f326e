"""The house plan is law: what import contracts cannot see is looked for here, in the text of the code."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = ("customers", "interactions", "analytics", "campaigns", "privacy")
# At a service's root. The rooms inside its capabilities are import-linter's (.importlinter, exhaustive).
ROOMS = ("app", "worker", "config", "capabilities", "migrations")
LONGEST_FILE = 300

# What may be written in one place only, and where.
HOMES = {
    # Offsets have a commit of their own: in the kernel's loop, and in the thread that feeds Faust's records to it.
    ".commit(": {
        "shared/database/engine.py",
        "shared/events/consumer_loop.py",
        "services/analytics/lane/streams/broker_thread.py",
    },
    "datetime.now(": {"shared/clock.py", "shared/database/partitions.py"},
    "datetime.utcnow(": set(),
    "os.environ": {
        "shared/processes/child.py",
        "shared/processes/supervisor.py",
        "shared/processes/spawn.py",
        "console/build.py",
    },
    "AIOKafkaProducer(": {"shared/kafka/clients.py"},
    # Faust makes its own consumer; its driver replaces that one by a consumer with our settings.
    "AIOKafkaConsumer(": {"shared/kafka/clients.py", "services/analytics/lane/streams/broker_thread.py"},
    "create_async_engine(": {"shared/database/engine.py"},
    # Random on purpose: nothing may lead from it to an erased person, not even the time.
    "uuid4(": {"shared/customers/stores.py"},
}


def sources(*folders: str) -> Iterator[tuple[str, str]]:
    """Path below the root and text of each Python file."""
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            yield str(file.relative_to(ROOT)), file.read_text()


@pytest.mark.parametrize("phrase", HOMES)
def test_each_of_these_has_one_home(phrase: str) -> None:
    """Catches a second commit, a clock read past the port, a setting read past config, unsafe clients."""
    found = {path for path, text in sources("shared", "services", "console") if phrase in _code(text)}
    assert found <= HOMES[phrase], f"{phrase} belongs into {HOMES[phrase] or 'no room'}"


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_the_same_rooms(service: str) -> None:
    """Catches a twin that is laid out in its own way."""
    folder = ROOT / "services" / service
    missing = [room for room in ROOMS if not (folder / room).is_dir() and not (folder / f"{room}.py").exists()]
    assert missing == []
    readme = (folder / "README.md").read_text().lower()
    assert all(f"## {heading}" in readme for heading in ("owns", "says", "hears", "keeps", "runs"))


def test_no_file_is_longer_than_a_sitting() -> None:
    """Catches a room that should have become a package cut by noun."""
    long = {
        path: text.count("\n")
        for path, text in sources("shared", "services", "console", "deploy", "tests")
        if text.count("\n") > LONGEST_FILE
    }
    assert long == {}


@pytest.mark.parametrize("service", SERVICES)
def test_wiring_fits_on_a_page(service: str) -> None:
    """Catches business that slipped into app.py or worker.py."""
    for name in ("app.py", "worker.py"):
        tree = ast.parse((ROOT / "services" / service / name).read_text())
        wiring = [node for node in ast.walk(tree) if isinstance(node, ast.If | ast.For | ast.While)]
        assert len(wiring) <= 1, f"{service}/{name} decides something"


def test_nobody_waits_in_a_way_that_forgets_to_stop() -> None:
    """Catches asyncio.wait_for, which in Python 3.11 loses a stop that comes with the answer: shared.bounded.within."""
    found = {path for path, text in sources("shared", "services", "console", "deploy") if "asyncio.wait_for(" in text}
    assert found == set()


def test_counters_inside_a_transaction_wait_for_its_commit() -> None:
    """Catches a metric that counts each try of a batch, and what was rolled back: `tx.after_commit` is for them."""
    found = []
    for path, text in sources("shared", "services"):
        for function in ast.walk(ast.parse(text)):
            if isinstance(function, ast.AsyncFunctionDef | ast.FunctionDef) and _takes_tx(function):
                found += [f"{path}:{call.lineno}" for call in _calls(function) if _is_metric(call)]
    assert found == []


def _takes_tx(function: ast.AsyncFunctionDef | ast.FunctionDef) -> bool:
    return any(argument.arg == "tx" for argument in function.args.args)


def _calls(node: ast.AST) -> Iterator[ast.Call]:
    """The calls in a function, without those in its lambdas, which run later."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield child
        if not isinstance(child, ast.Lambda):
            yield from _calls(child)


def _is_metric(call: ast.Call) -> bool:
    """`NAME.inc()`, `NAME.labels(…).observe(…)`: metrics are named in capitals."""
    if not isinstance(call.func, ast.Attribute) or call.func.attr not in ("inc", "observe"):
        return False
    of = call.func.value
    if isinstance(of, ast.Call) and isinstance(of.func, ast.Attribute):
        of = of.func.value
    return isinstance(of, ast.Name) and of.id.isupper()


def test_nothing_names_a_registry_or_a_path_of_one_machine() -> None:
    """Catches a lock file with addresses, or a path that exists on one machine only."""
    forbidden = ("pypi" + ".org", "pythonhosted" + ".org", "repo1.maven" + ".org", "npmjs" + ".org", "/wo" + "rk/main")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    files = [ROOT / name for name in listed] or [ROOT / path for path, _ in sources("shared", "services", "deploy")]
    for file in files:
        if file.is_file() and file.suffix not in (".png", ".parquet"):
            text = file.read_text(errors="replace")
            assert not [word for word in forbidden if word in text], file


def _code(text: str) -> str:
    """The text without docstrings and comments."""
    lines = [line.partition("  # ")[0] for line in text.splitlines() if not line.lstrip().startswith("#")]
    return "\n".join(lines)
