"""The PyPI tools, in a virtual environment of the build folder."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
VENV = ROOT / ".build" / "venv"
PACKAGES = {"schemathesis": "4.32.5", "openapi-spec-validator": "0.9.0"}


def install():
    """Does nothing when all of them are there already."""
    if all(program(name).exists() for name in PACKAGES):
        return
    if not program("pip").exists():
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
    wanted = [f"{name}=={version}" for name, version in PACKAGES.items()]
    subprocess.run([program("pip"), "install", "--quiet", *wanted], check=True)


def program(name):
    return VENV / "bin" / name
