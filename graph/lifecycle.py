"""The rules: what becomes of a mentorship. Facts about one mentee and a wiki's policy in, the timeline out.

`project` goes from instant to instant. At each: the policy in force; what the instant's facts do to blocks;
the other facts, in their order; then what the clock and an unblock do; then the draws. What is left then is
written down.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from graph.affairs import Affairs
from graph.blocks import BlockFact, gather
from graph.chronicle import STILL, Chronicle, Due, Seat, Standing, Stir
from graph.facts import (
    Assigned,
    BlockChanged,
    BlockLifted,
    BlockPlaced,
    Drawn,
    Ended,
    Fact,
    Graduated,
    Imported,
    Kept,
    MentorEnrolled,
    MentorResigned,
    OptedIn,
    OptedOut,
    Registered,
    Vanished,
)
from graph.history import order_key, standing
from graph.holds import cause_of, reigns, settle
from graph.instants import Instant, instants
from graph.kinds import (
    AccountId,
    EndReason,
    FactKind,
    NeedCause,
    Origin,
    RelationshipRole,
    RelationshipState,
    StartReason,
    TieKey,
    UnblockAction,
    UserErrorCode,
)
from graph.moments import BEGINNING, FOREVER
from graph.outlook import outlook
from graph.policy import PolicyVersion
from graph.timeline import Timeline

__all__ = ["RECONCILE", "order_key", "project"]

# Looked up once: to look up a member of an enumeration takes longer than to compare it.
_ENDED = RelationshipState.ENDED

RECONCILE = "reconcile"
"""The source of what was found by comparing with the wiki, where no log entry was seen (rule 17)."""

Refusal = UserErrorCode | None
"""Why a fact has no effect; None: it has, or it is no decision."""


def project(mentee: AccountId, facts: Iterable[Fact], policies: Sequence[PolicyVersion]) -> Timeline:
    """All that follows from the facts about the mentee and the terms of the mentors whom they name.

    The facts may come in any order and more than once.
    """
    about_blocks: list[BlockFact] = []
    others: list[Fact] = []
    begins = FOREVER
    for fact in standing(facts):
        if isinstance(fact, (BlockPlaced, BlockChanged, BlockLifted)):
            about_blocks.append(fact)
        elif fact.kind in RULES:
            others.append(fact)
        if begins == FOREVER and not isinstance(fact, MentorEnrolled | MentorResigned):
            begins = fact.at
    policy = reigns(policies)
    blocks, turns = settle(gather(about_blocks), policy)
    walk = _Walk(mentee, begins)
    for instant in instants(policy, turns, others, walk.next_by_itself):
        walk.live(instant)
    return walk.chronicle.frozen(walk.affairs.seats, blocks, walk.without_effect)


class _Walk:
    """One instant after the other; what each leaves is written down."""

    def __init__(self, mentee: AccountId, begins: datetime) -> None:
        self.affairs = Affairs(mentee)
        self.chronicle = Chronicle()
        self.without_effect: dict[Origin, str] = {}
        self._begins = self._next = begins

    def live(self, instant: Instant) -> None:
        affairs = self.affairs
        now, settings, turns, facts = instant
        affairs.now = now
        if settings is not None:
            affairs.settings = settings
        stir = affairs.turn_blocks(turns) if turns else STILL
        draws = self._hear(facts) if facts else None
        soonest = FOREVER
        if affairs.counted:
            soonest = release(affairs, stir)
        elif stir.unblocked:
            unblock(affairs, stir)
        if draws:
            if len(draws) > 1:
                # A primary's comes first: whom it gives a mentor may need a backup at that very moment.
                draws.sort(key=lambda draw: draw.role is RelationshipRole.BACKUP)
            self._hear(draws, drawing=True)
        if now >= self._begins:
            self._write_down(stir, soonest)

    def _hear(self, facts: Sequence[Fact], drawing: bool = False) -> list[Drawn]:
        """What each does, in their order; the draws are left for later unless it is their turn."""
        affairs = self.affairs
        draws: list[Drawn] = []
        for fact in facts:
            if isinstance(fact, Drawn) and not drawing:
                draws.append(fact)
                continue
            affairs.cause = (fact.origin, None)
            refusal = RULES[fact.kind](affairs, fact)
            if refusal is not None:
                self.without_effect[fact.origin] = refusal
        return draws

    def _write_down(self, stir: Stir, soonest: datetime) -> None:
        affairs, chronicle, now = self.affairs, self.chronicle, self.affairs.now
        blocked = affairs.blocked_since is not None
        chronicle.write_ties(now, affairs.seats, blocked, stir)
        for seat in affairs.seats:
            if seat.tie is None or seat.wanted is not None:
                chronicle.write_need(now, seat, affairs.wanted(seat), blocked)
        life = affairs.life()
        if life != chronicle.life:
            chronicle.write_life(now, life)
        self._next = min(soonest, life[-1])

    def next_by_itself(self) -> datetime:
        """When a hold ends, or the time within which a loss can be undone."""
        return self._next


# Blocks, and the clock (rules 1, 2, 4).


def release(affairs: Affairs, stir: Stir) -> datetime:
    """Rule 2: a tie ends at the first moment at which a counted block is open and none of them holds it.

    Answers when the next tie's state changes by itself.
    """
    soonest = FOREVER
    for seat in affairs.seats:
        tie = seat.tie
        if tie is None:
            continue
        ahead = tie.outlook
        if ahead is None or stir is not STILL:
            ahead = tie.look_ahead(affairs.counted.values())
        if ahead.moment <= affairs.now and ahead.state is _ENDED:
            affairs.cause = tie.cause_of_release(affairs.now, stir)
            affairs.lose(seat, EndReason.HOLD_ELAPSED)
        else:
            soonest = min(soonest, ahead.moment)
    return soonest


def unblock(affairs: Affairs, stir: Stir) -> None:
    """Rule 4: what follows for each role whose last tie was lost and about which nobody has decided since."""
    affairs.cause = cause_of(stir.closed)
    for seat in affairs.seats:
        lost = seat.standing.lost
        if lost is None:
            continue
        if affairs.settings.on_unblock is UnblockAction.LEAVE_UNASSIGNED:
            seat.standing = Standing(barred=True)
        elif affairs.returns_until(seat) > affairs.now:
            key = TieKey(lost.key.fact, lost.key.number + 1)
            affairs.start(seat, key, lost.mentor, StartReason.RESTORED, continues=lost.key)
        else:
            # The loss is kept: before anybody is found, the end of yet another block may still undo it.
            seat.standing = Standing(lost, Due(NeedCause.LOST, lost.key))


# Decisions (rules 7, 17, 18).


def may_start(affairs: Affairs, seat: Seat, mentor: AccountId) -> Refusal:
    """Rule 7, in the order in which one would ask."""
    if affairs.vanished:
        return UserErrorCode.DEPARTED
    if affairs.opted_out:
        return UserErrorCode.OPTED_OUT
    if mentor == affairs.mentee:
        return UserErrorCode.SELF_MENTORING
    if mentor not in affairs.mentors:
        return UserErrorCode.NOT_A_MENTOR
    if seat is affairs.backup and affairs.primary.is_held_by(mentor):
        return UserErrorCode.PRIMARY_IS_BACKUP
    if affairs.counted and outlook(affairs.now, BEGINNING, affairs.counted.values()).moment <= affairs.now:
        return UserErrorCode.WOULD_NOT_HOLD
    return None


def assigned(affairs: Affairs, fact: Assigned) -> Refusal:
    """Rule 7: to assign the mentor whom the mentee has already changes nothing and is no error."""
    seat = affairs.seat(fact.role)
    if seat.is_held_by(fact.mentor):
        return None
    if was_the_wikis_own_doing(affairs, seat, fact):
        return UserErrorCode.INVALID
    refusal = may_start(affairs, seat, fact.mentor)
    if refusal is None:
        affairs.start(seat, TieKey(fact.origin, 0), fact.mentor, fact.because, fact.continues)
    return refusal


def imported(affairs: Affairs, fact: Imported) -> Refusal:
    """Rule 17: who was mentor at that moment, unless we have them already; since when is unknown."""
    seat = affairs.seat(fact.role)
    if seat.is_held_by(fact.mentor):
        return None
    refusal = may_start(affairs, seat, fact.mentor)
    if refusal is None:
        tie = affairs.start(seat, TieKey(fact.origin, 0), fact.mentor, StartReason.IMPORTED)
        tie.start_is_known = False
    return refusal


def was_the_wikis_own_doing(affairs: Affairs, seat: Seat, fact: Assigned | Ended) -> bool:
    """Rule 17: what is found changed, for a mentee who was blocked since our tie began, is no decision."""
    if fact.origin.source != RECONCILE:
        return False
    if seat.tie is None:
        return seat.standing.lost is not None
    return seat.tie.was_suspended or bool(affairs.counted)


def kept(affairs: Affairs, fact: Kept) -> Refusal:
    """Rule 18: a suspended tie is held until then, whatever the policy says; the last word counts."""
    tie = affairs.seat(fact.role).tie
    if tie is None or tie.mentor != fact.mentor or not affairs.counted:
        return UserErrorCode.NOT_OPEN
    if fact.until is not None and fact.until <= affairs.now:
        return UserErrorCode.INVALID
    tie.keep(fact.until or FOREVER)
    return None


def ended(affairs: Affairs, fact: Ended) -> Refusal:
    """Rule 8: nothing is restored or drawn until someone assigns."""
    seat = affairs.seat(fact.role)
    if not seat.is_held_by(fact.mentor):
        return UserErrorCode.NOT_OPEN
    if was_the_wikis_own_doing(affairs, seat, fact):
        return UserErrorCode.INVALID
    affairs.end(seat, EndReason.ENDED_BY_HAND)
    seat.standing = Standing(barred=True)
    return None


# What befalls mentors and mentees (rules 5, 8, 12).


def enrolled(affairs: Affairs, fact: MentorEnrolled) -> Refusal:
    """Rule 5: a new term brings nobody back by itself."""
    affairs.mentors.add(fact.mentor)
    return None


def resigned(affairs: Affairs, fact: MentorResigned) -> Refusal:
    """Rule 5: their ties in both roles end."""
    affairs.mentors.discard(fact.mentor)
    for seat in affairs.seats:
        if seat.is_held_by(fact.mentor):
            affairs.lose(seat, EndReason.MENTOR_RESIGNED)
    return None


def registered(affairs: Affairs, fact: Registered) -> Refusal:
    """Rule 12: whoever registers is due a mentor, once."""
    if fact.assign and not affairs.registered:
        affairs.registered = True
        seat = affairs.primary
        if seat.tie is None and seat.standing == Standing() and seat.last is None:
            seat.standing = Standing(due=Due(NeedCause.REGISTERED))
    return None


def opted_out(affairs: Affairs, _: OptedOut) -> Refusal:
    """Rule 8: both roles end, and nobody is assigned."""
    if affairs.vanished:
        return UserErrorCode.DEPARTED
    if affairs.opted_out:
        return UserErrorCode.INVALID
    affairs.close(EndReason.OPTED_OUT)
    affairs.opted_out = True
    return None


def opted_in(affairs: Affairs, _: OptedIn) -> Refusal:
    """Rule 8: both roles are due again, the previous mentors first."""
    if affairs.vanished:
        return UserErrorCode.DEPARTED
    if not affairs.opted_out:
        return UserErrorCode.INVALID
    affairs.opted_out = affairs.graduated = False
    for seat in affairs.seats:
        previous = seat.last.mentor if seat.last is not None else None
        seat.standing = Standing(due=Due(NeedCause.OPTED_IN, previous=previous))
    return None


def graduated(affairs: Affairs, _: Graduated) -> Refusal:
    """Rule 8: nothing is restored or drawn, but someone may assign anew."""
    if affairs.vanished:
        return UserErrorCode.DEPARTED
    if affairs.graduated:
        return UserErrorCode.INVALID
    affairs.close(EndReason.GRADUATED)
    affairs.graduated = True
    return None


def vanished(affairs: Affairs, _: Vanished) -> Refusal:
    """Rule 8: nothing is restored, drawn or assigned again."""
    affairs.close(EndReason.VANISHED)
    affairs.vanished = True
    return None


# Chance (rule 12).


def drawn(affairs: Affairs, fact: Drawn) -> Refusal:
    """Nobody is drawn for a blocked mentee, nor where nobody is needed, nor twice for the same mentee."""
    seat = affairs.seat(fact.role)
    refusal = may_start(affairs, seat, fact.mentor)
    if refusal is not None:
        return refusal
    due = affairs.wanted(seat)
    takes_place = seat is affairs.backup and fact.instead_of is not None and seat.is_held_by(fact.instead_of)
    if affairs.counted or seat.is_held_by(fact.mentor) or (due is None and not takes_place):
        return UserErrorCode.INVALID
    if seat is affairs.primary and affairs.backup.is_held_by(fact.mentor):
        return UserErrorCode.PRIMARY_IS_BACKUP
    handed_over = due is not None and due.cause is NeedCause.RESIGNED
    because = StartReason.TRANSFERRED if handed_over else StartReason.DRAWN
    affairs.start(seat, TieKey(fact.origin, 0), fact.mentor, because)
    return None


RULES: dict[FactKind, Callable[[Affairs, Any], Refusal]] = {
    FactKind.MENTOR_ENROLLED: enrolled,
    FactKind.REGISTERED: registered,
    FactKind.OPTED_IN: opted_in,
    FactKind.IMPORTED: imported,
    FactKind.ASSIGNED: assigned,
    FactKind.KEPT: kept,
    FactKind.ENDED: ended,
    FactKind.OPTED_OUT: opted_out,
    FactKind.GRADUATED: graduated,
    FactKind.MENTOR_RESIGNED: resigned,
    FactKind.VANISHED: vanished,
    FactKind.DRAWN: drawn,
}
"""What each fact does to ties. Blocks are settled before; renames and hidden names change no tie."""
