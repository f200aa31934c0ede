"""The past, for histories by chance: what is told of a moment is what was told at it, had all been known by then."""

from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any

import orjson
from graphql import parse
from hypothesis import given
from hypothesis import strategies as st

from graph.compile.plan import Operation, request
from graph.facts import BlockChanged, BlockPlaced, Fact, Registered, Renamed
from graph.kinds import Origin, PolicyPreset
from graph.policy import PRESETS
from ledger_rows import NOW, Clock, entry_of, with_policies
from lifecycle_histories import MOMENTS, History, histories, possible, standing_facts, through_the_database
from lifecycle_stories import on
from models.ledger import Ledger
from models.reader import Reader
from reading import READS, SCHEMA, seeing

NUMBER = count(1)

TIE = """
  role state stateSince startedAt startIsKnown startedBecause endedAt endedBecause
  mentor { userId name status enrolledAt resignedAt counts { active suspended released ended } }
  continues { startedAt } continuedBy { startedAt } replaces { startedAt }
"""
ACCOUNT = "userId name formerNames { name until } registeredAt"
BLOCK = "kind blockId placedAt scope category categorySource expiresAt isIndefinite liftedAt isOpen unblockRequested"
BELOW = f"""
  mentee(by: {{userId: 1}}) {{
    {ACCOUNT} state waitingSince blockCount
    relationship {{ {TIE} }} backup: relationship(role: BACKUP) {{ {TIE} }}
    effectiveMentor {{ {ACCOUNT} }}
    suspension {{ since returnsTo {{ userId }} blocks {{ {BLOCK} }} }}
    relationships {{ totalCount nodes {{ {TIE} }} }}
    blocks {{ totalCount nodes {{ {BLOCK} }} }}
    events(first: 100) {{ nodes {{ kind at fromState toState source sourceId block {{ {BLOCK} }} }} }}
  }}
  mentors {{ nodes {{ {ACCOUNT} status enrolledAt resignedAt }} }}
  mentees {{ nodes {{ {ACCOUNT} state }} }}
  counts {{ active suspended released unassigned waiting mentorsAvailable at }}
  handOvers(from: "2020-01-01T00:00:00Z", to: "2030-01-01T00:00:00Z") {{
    from {{ userId }} to {{ userId }} because mentees
  }}
"""
"""What no later fact can change: not what is foreseen, nor what is hidden."""

NOW_AND_THEN = {
    "now": Operation(SCHEMA, parse(f"query ($wiki: String!) {{ wiki(dbName: $wiki) {{ {BELOW} }} }}")),
    "then": Operation(
        SCHEMA,
        parse(f"query ($wiki: String!, $at: DateTime!) {{ wiki(dbName: $wiki, asOf: $at) {{ {BELOW} }} }}"),
    ),
}


KNOWN = Renamed(at=on(-1), origin=Origin("ground", "known"))
"""So that the account is there from the beginning, though no source tells of its registration."""


def orderly(facts: Sequence[Fact]) -> list[Fact]:
    """Without what was taken back, and without what reads otherwise once a later fact is known: changes of a block
    from before it was placed, which stand for its placing until that is known (rule 16), and registrations of
    accounts that had done something before.
    """
    kept = standing_facts(facts)
    placed = {
        (one.block_kind, one.block_id or one.origin.source_id): one.at
        for one in reversed(kept)
        if isinstance(one, BlockPlaced)
    }

    def is_early(one: Fact) -> bool:
        return isinstance(one, BlockChanged) and one.at < placed.get(
            (one.block_kind, one.block_id or ""), one.at
        )

    def is_late(one: Fact) -> bool:
        return isinstance(one, Registered) and one.at > on(0)

    return [one for one in kept if not is_early(one) and not is_late(one)]


@through_the_database
@given(history=histories(), moment=st.sampled_from(MOMENTS))
async def test_what_is_told_of_a_moment_is_what_was_told_at_it(
    history: History, moment: datetime, module_database: str
) -> None:
    facts = [KNOWN, *orderly(possible(history.facts))]
    by_then = [fact for fact in facts if fact.at <= moment]
    policies = [one for one in history.policies if one.effective_from is None or one.effective_from <= moment]
    whole = await a_wiki(module_database, NOW, facts, history.policies)
    part = await a_wiki(module_database, moment, by_then, policies)
    async with Reader.open(module_database, READS) as reader:
        await reader.refresh()
        then = await ask(reader, "then", NOW, {"wiki": whole, "at": moment.isoformat()})
        assert then == await ask(reader, "now", moment, {"wiki": part})


async def a_wiki(dsn: str, now: datetime, facts: Sequence[Fact], policies: Sequence[Any]) -> str:
    """A wiki in which these facts are known, and no others."""
    name = f"wiki{next(NUMBER)}"
    async with Ledger(dsn, clock=Clock(now), size=1) as ledger:
        wiki = await ledger.add_wiki(name, "https://test.example", PRESETS[PolicyPreset.DEFAULT])
        await with_policies(dsn, wiki, policies)
        result = await ledger.bulk(wiki, [entry_of(fact) for fact in facts])
        assert not result.refused
        await ledger.tell_due()
    return name


async def ask(reader: Reader, when: str, now: datetime, variables: dict[str, Any]) -> Any:
    """What is told to somebody who may know everything."""
    operation = NOW_AND_THEN[when]
    values = request(now, seeing(sees_hidden=True, sees_opt_outs=True), reader.directory)
    data, errors = await reader.answer(operation.plan(operation.read(variables, values)), values)
    assert not errors
    told = orjson.loads(data)["wiki"]
    if told["mentee"]:
        # In the order of becoming known, which is not what this is about.
        told["mentee"]["events"]["nodes"].sort(key=lambda event: sorted(map(str, event.items())))
    return told
