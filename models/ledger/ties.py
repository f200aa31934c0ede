"""What is asked about one tie: to keep it, to end it, to bring it back."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from graph.errors import Refused
from graph.facts import Assigned, Ended, Kept
from graph.kinds import AccountId, EndReason, Origin, RelationshipRole, StartReason, TieKey, UserErrorCode
from graph.lifecycle import project
from models.columns import ENDLESS
from models.ledger.change import Change, Given, Office
from models.ledger.checks import check
from models.ledger.decisions import check_version, stale
from models.ledger.entry import Entry, Recorded, Target
from models.ledger.recording import open_for, replay, settle
from models.ledger.resolving import Surroundings
from models.ledger.rows import TieRow

TIE: Final = """
SELECT r.mentee_id, r.mentor_id, r.role FROM relationship AS r WHERE r.wiki_id = $1 AND r.id = $2
"""

FIELD: Final = "relationship"
"""Where a caller names the tie."""

TieFact = Kept | Ended | Assigned

Said = Callable[[dict[str, Any]], TieFact]
"""The decision, given its moment and name, and the role and the mentor of the tie."""

Judge = Callable[[Change, TieRow, TieFact], TieFact]
"""Refuses what can't be decided about this tie now; answers the decision as it is to be recorded."""


class Ties:
    """Decisions that name a tie by its id. Each is one transaction."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def keep(
        self,
        wiki: int,
        tie: int,
        until: datetime | None,
        *,
        reason: str | None = None,
        expected_version: int | None = None,
    ) -> Recorded:
        """Hold a suspended tie until then, whatever the policy says; None: as long as the mentor stays."""

        def judge(change: Change, row: TieRow, fact: TieFact) -> TieFact:
            _check_tie(row, fact.at, expected_version)
            _check_longer(change, row, until)
            return fact

        return await self._decide(wiki, tie, lambda tie: Kept(**tie, until=until), judge, reason)

    async def end(
        self,
        wiki: int,
        tie: int,
        *,
        reason: str | None = None,
        at: datetime | None = None,
        expected_version: int | None = None,
    ) -> Recorded:
        """End a tie; nobody follows, and nothing is restored, until somebody assigns."""

        def judge(_: Change, row: TieRow, fact: TieFact) -> TieFact:
            _check_tie(row, fact.at, expected_version)
            return fact

        return await self._decide(wiki, tie, lambda tie: Ended(**tie), judge, reason, at)

    async def restore(
        self, wiki: int, tie: int, *, reason: str | None = None, expected_version: int | None = None
    ) -> Recorded:
        """Bring a mentee back to the mentor of a tie of the past; `expected_version` is that of the open tie."""

        def judge(change: Change, row: TieRow, fact: TieFact) -> TieFact:
            check_version(change, row.mentee_id, RelationshipRole(row.role), expected_version)
            assert isinstance(fact, Assigned)
            return replace(fact, continues=_continued(change, row))

        def said(tie: dict[str, Any]) -> TieFact:
            return Assigned(**tie, because=StartReason.RESTORED)

        return await self._decide(wiki, tie, said, judge, reason)

    async def _decide(
        self,
        wiki: int,
        tie: int,
        said: Said,
        judge: Judge,
        reason: str | None,
        at: datetime | None = None,
    ) -> Recorded:
        when: dict[str, Any] = {
            "at": at or self._office.clock(),
            "origin": Origin("api", self._office.new_id()),
        }

        async def work(change: Change) -> Recorded:
            mentee, mentor, role = await _look_up(change, tie)
            fact = said({**when, "mentor": mentor, "role": role})
            entry = Entry(fact=fact, target=Target(id=mentee), reason=reason, timeless=at is None)
            check(entry, self._office.clock())
            around = Surroundings()
            await around.look(change.connection, wiki, [entry])
            # Nobody else knows this name: where it is known, an earlier try was committed after all.
            known = around.known.get(entry.origin)
            if known is not None:
                return _about(tie, await replay(change, entry, known))
            given = around.given(entry)
            await open_for(change, [given], create=False)
            row = next(row for row in change.stored(mentee).ties if row.id == tie)
            decided = judge(change, row, _fact(given))
            given.entry = replace(given.entry, fact=decided)
            (recorded,) = await settle(change, [given])
            return _about(tie, recorded) if not isinstance(decided, Assigned) else recorded

        try:
            return await self._office.change(wiki, work)
        except Refused as refused:
            if refused.field in ((), ("mentor",)):
                raise Refused(refused.code, refused.message, FIELD) from None
            raise


def _fact(given: Given) -> TieFact:
    assert isinstance(given.entry.fact, TieFact)
    return given.entry.fact


def _about(tie: int, recorded: Recorded) -> Recorded:
    """A restoring makes a tie of its own; all else is about the one that was named."""
    return replace(recorded, relationship=tie)


async def _look_up(change: Change, tie: int) -> tuple[AccountId, AccountId, RelationshipRole]:
    """Whose tie it is, with whom, in which role: none of them ever changes."""
    found = await change.connection.fetchrow(TIE, change.wiki, tie)
    if found is None:
        raise Refused(UserErrorCode.NOT_FOUND, "No tie of that id is known on this wiki.", FIELD)
    mentee, mentor, role = found
    return mentee, mentor, RelationshipRole(role)


def _check_tie(row: TieRow, at: datetime, expected_version: int | None) -> None:
    """It is as the caller saw it, and open at that moment."""
    if expected_version is not None and row.version != expected_version:
        raise stale()
    if row.withdrawn_at != ENDLESS or not row.started_at <= at < row.ends_at:
        raise Refused(UserErrorCode.NOT_OPEN, "This tie is not open at that moment.", FIELD)


def _check_longer(change: Change, row: TieRow, until: datetime | None) -> None:
    """Not before the policy itself would release the tie: a keeping is there to lengthen what it says."""
    if until is None:
        return
    if until <= change.now:
        raise Refused(
            UserErrorCode.IN_THE_PAST, "A tie is kept until a moment that is still to come.", "until"
        )
    release = _release(change, row)
    if release is not None and until < release:
        raise Refused(
            UserErrorCode.INVALID,
            f"The policy itself holds this tie until {release:%Y-%m-%dT%H:%M:%SZ}; name a later moment.",
            "until",
        )


def _release(change: Change, row: TieRow) -> datetime | None:
    """When the tie would be released had nobody kept it; None where it would not."""
    facts = change.facts(row.mentee_id)
    told = (kept.fact for kept in facts.by_origin.values() if not isinstance(kept.fact, Kept))
    key = TieKey(facts.by_id[row.fact_id].fact.origin, row.number)
    ties = project(row.mentee_id, told, change.policies).ties
    return next((t.end for t in ties if t.key == key and t.ended_because is EndReason.HOLD_ELAPSED), None)


def _continued(change: Change, row: TieRow) -> TieKey:
    """The tie that the restored one continues: the last that came of the one that was named.

    So a chain of restored ties never forks, however often somebody names its first.
    """
    if row.withdrawn_at != ENDLESS:
        raise Refused(
            UserErrorCode.INVALID, "This tie turned out never to have been; name another of the past.", FIELD
        )
    begun = [tie for tie in change.stored(row.mentee_id).ties if _has_begun(tie, change.now)]
    while (later := _next(row, begun)) is not None:
        row = later
    return TieKey(change.facts(row.mentee_id).by_id[row.fact_id].fact.origin, row.number)


def _has_begun(tie: TieRow, now: datetime) -> bool:
    return tie.withdrawn_at == ENDLESS and tie.started_at <= now


def _next(row: TieRow, ties: Iterable[TieRow]) -> TieRow | None:
    return next((tie for tie in ties if tie.continues_id == row.id), None)
