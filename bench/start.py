"""How long a server takes until it answers: the first time, when it fills its demo wiki, and every time after.

python bench/start.py

Promised are 90 s for `make run` once its packages are in the download cache, and 5 s for every later start. What is
measured here is what follows the packages: an empty folder, PostgreSQL, the tables, the demo, the first answer.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
from kept import Promise, keep

ROOT = Path(__file__).parent.parent
FIRST, LATER = 90.0, 5.0
ASKED = '{ wiki(dbName: "demowiki") { counts { active suspended } } }'


def start(folder: str) -> float:
    """Seconds from the command to the answer."""
    settings = {"MENTORGRAPH_DATA_DIR": folder, "MENTORGRAPH_PORT": "0", "MENTORGRAPH_DEMO": "1"}
    began = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-m", "mentorgraph", "serve"],
        cwd=ROOT,
        env=os.environ | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout is not None
    try:
        said = next(line for line in server.stdout if "http://" in line)
        address = next(word for word in said.split() if word.startswith("http://")).rstrip("/")
        assert httpx.post(f"{address}/graphql", json={"query": ASKED}).json()["data"]["wiki"]["counts"][
            "active"
        ]
        return time.perf_counter() - began
    finally:
        server.terminate()
        server.wait(timeout=30)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="mg-start-") as made:
        Path(made).chmod(0o755)
        folder = f"{made}/data"
        first = start(folder)
        later = max(start(folder) for _ in range(3))
    keep(
        [
            Promise("the first start", f"{first:.1f} s", f"< {FIRST:g} s", first < FIRST),
            Promise("the slowest of three later", f"{later:.1f} s", f"< {LATER:g} s", later < LATER),
        ]
    )


if __name__ == "__main__":
    main()
