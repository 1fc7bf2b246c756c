import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.py"))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_runs(example, tmp_path):
    said = subprocess.run([sys.executable, example, tmp_path], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    assert said.stdout
