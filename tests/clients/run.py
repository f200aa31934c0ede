"""Runs the clients that people use against a server of their own, with the documents of a manifest trusted."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent)]

from acceptance.client import serving  # noqa: E402 - found by the line above
from mentorgraph import postgres  # noqa: E402 - the same
from those_who_ask import DOES_ALL  # noqa: E402 - the same

CODEGEN = ["node_modules/.bin/graphql-codegen", "--config", "codegen.config.mjs"]
TESTS = ["node", "--test", "--test-timeout=60000"]


def main() -> int:
    """The status of Node's test runner."""
    subprocess.run(CODEGEN, cwd=HERE, check=True)
    manifest = HERE / "out/typed/persisted-documents.json"
    with tempfile.TemporaryDirectory(prefix="mg-clients-") as folder:
        Path(folder).chmod(0o755)
        with (
            postgres.running(Path(folder), postgres.UNSAFE_BUT_FAST) as dsn,
            serving(dsn, trusted_documents=str(manifest), bootstrap_token=DOES_ALL) as address,
        ):
            asking = os.environ | {
                "MENTORGRAPH_TEST_URL": f"{address}/graphql",
                "MENTORGRAPH_TEST_TOKEN": DOES_ALL,
            }
            tests = subprocess.run(TESTS, cwd=HERE, env=asking, check=False)
            return tests.returncode


if __name__ == "__main__":
    sys.exit(main())
