"""How long `project` takes, by the number of facts: CPU milliseconds, best and median of many runs.

Promised are less than 2 ms for 200 facts, and no more per fact for eight times as many.
"""

import random
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import process_time

from kept import Promise, keep

sys.path.insert(0, str(Path(__file__).parent.parent))

from graph.facts import (
    Assigned,
    BlockChanged,
    BlockLifted,
    BlockPlaced,
    Drawn,
    Fact,
    MentorEnrolled,
    MentorResigned,
    Registered,
    Renamed,
)
from graph.kinds import Origin, RelationshipRole
from graph.lifecycle import project
from graph.policy import PolicySettings, PolicyVersion

PROMISED = {200: 2.0, 1600: 16.0}
START = datetime(2024, 1, 1, tzinfo=UTC)
REASONS = ("Spam-only account", "{{softerblock}}", "vandalism", "edit warring", None, "Disruptive editing")
MENTORS = range(101, 106)


def history(size: int, seed: int = 1) -> list[Fact]:
    """A busy mentee: block after block, some changed, mentors that come and go, hand-overs, renames."""
    rng = random.Random(seed)
    facts: list[Fact] = []

    def name() -> Origin:
        return Origin("mw-log", str(len(facts) + 1))

    facts += (MentorEnrolled(at=START, origin=Origin("terms", str(m)), mentor=m) for m in MENTORS)
    facts.append(Registered(at=START, origin=name()))
    at = START
    while len(facts) < size:
        at += timedelta(hours=rng.randrange(1, 400))
        block = str(len(facts))
        match rng.randrange(8):
            case 0 | 1 | 2:
                expires = None if rng.random() < 0.5 else at + timedelta(days=rng.randrange(1, 60))
                facts.append(
                    BlockPlaced(
                        at=at, origin=name(), block_id=block, expires_at=expires, reason=rng.choice(REASONS)
                    )
                )
                if rng.random() < 0.4:
                    changed = at + timedelta(hours=5)
                    facts.append(
                        BlockChanged(at=changed, origin=name(), block_id=block, reason=rng.choice(REASONS))
                    )
                lifted = at + timedelta(hours=rng.randrange(6, 900))
                facts.append(BlockLifted(at=lifted, origin=name(), block_id=block))
            case 3:
                facts.append(MentorResigned(at=at, origin=name(), mentor=rng.choice(MENTORS)))
                facts.append(
                    MentorEnrolled(at=at + timedelta(days=9), origin=name(), mentor=rng.choice(MENTORS))
                )
            case 4:
                facts.append(Assigned(at=at, origin=name(), mentor=rng.choice(MENTORS)))
            case 5 | 6:
                role = rng.choice(tuple(RelationshipRole))
                facts.append(Drawn(at=at, origin=name(), mentor=rng.choice(MENTORS), role=role))
            case _:
                facts.append(Renamed(at=at, origin=name()))
    rng.shuffle(facts)
    return facts[:size]


def main() -> None:
    policies = [PolicyVersion(1, None, PolicySettings())]
    print("facts   best ms   median ms   us/fact   ties  events  promised ms")
    promises = []
    for size in (10, 50, 100, 200, 400, 800, 1600):
        facts = history(size)
        timings = []
        for _ in range(max(60, 40_000 // size)):
            begun = process_time()
            timeline = project(1, facts, policies)
            timings.append((process_time() - begun) * 1000)
        print(
            f"{size:5} {min(timings):9.3f} {median(timings):11.3f} {min(timings) * 1000 / size:9.2f}"
            f" {len(timeline.ties):6} {len(timeline.events):7} {PROMISED.get(size, ''):>12}"
        )
        if size in PROMISED:
            took, most = median(timings), PROMISED[size]
            promises.append(Promise(f"{size} facts", f"{took:.2f} ms", f"< {most:g} ms", took < most))
    keep(promises)


if __name__ == "__main__":
    main()
