"""What `guangfu ingest` asks of Python holds for its whole process, so it is looked at in a process of its own."""

import subprocess
import sys

SEEN = """
import gc
from ingest.process import prepare
prepare()
print(gc.get_threshold()[0] > 10_000, gc.get_freeze_count() > 0, gc.isenabled())
"""


def test_cycles_are_looked_for_seldom_and_never_among_what_was_imported() -> None:
    said = subprocess.run([sys.executable, "-c", SEEN], capture_output=True, text=True, check=True).stdout
    assert said.split() == ["True", "True", "True"]
