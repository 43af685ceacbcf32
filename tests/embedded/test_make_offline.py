"""The first `make` without a network says in one sentence what it needs."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from webapp.core.config import PROJECT_DIR


@pytest.mark.parametrize("target", ["run", "lint"])
def test_a_first_start_without_network_says_what_it_needs(tmp_path: Path, target: str) -> None:
    for path in (PROJECT_DIR / "Makefile", *PROJECT_DIR.glob("requirements*.txt")):
        shutil.copy(path, tmp_path)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "python").symlink_to(sys.executable)
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:1/", "PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1"}
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PIP_TARGET": str(tmp_path / "packages"), **nowhere}
    done = subprocess.run(["make", target], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "This needs the network once" in done.stderr
    assert not (tmp_path / ".venv" / ".installed").exists()
