"""Finds the collections of odd inputs that lie beside the repository, outside of it."""

import os
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[2]


def corpus(path: str) -> Path:
    """A file or folder of `../shared/corpora`; without that folder a test is skipped, in CI it fails."""
    folder = _ROOT.parent / "shared" / "corpora"
    if not folder.is_dir() and not os.environ.get("CI"):
        pytest.skip("../shared/corpora is not here", allow_module_level=True)
    found = folder / path
    assert found.exists(), f"the corpus {path} is missing"
    return found
