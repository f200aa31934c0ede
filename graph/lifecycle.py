"""The rules: what becomes of a mentorship. Facts about one mentee and a wiki's policy in, the timeline out.

`project` goes from instant to instant. At each: the policy in force; what the instant's facts do to blocks;
the other facts, in their order; then what the clock and an unblock do; then the draws. What is left then is
written down.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from graph.affairs import Affairs
from graph.blocks import BlockFact, gather
from graph.chronicle import Chronicle, Ties
from graph.facts import (
    Assigned,
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
from graph.holds import Reign, cause_of, freeze, in_force, reigns, settle
from graph.instants import Happening, Instant, instants
from graph.kinds import (
    AccountId,
    EndReason,
    FactKind,
    NeedCause,
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
from graph.seats import NOTHING_KNOWN, STILL, Due, Seat, Standing, Stir, TieDraft
from graph.timeline import Timeline

__all__ = ["RECONCILE", "Walk", "order_key", "project", "project_each", "reigns"]

# Looked up once: to look up a member of an enumeration takes longer than to compare it.
_ENDED = RelationshipState.ENDED
_BACKUP = RelationshipRole.BACKUP
_DRAWN = FactKind.DRAWN
_LEAVE_UNASSIGNED = UnblockAction.LEAVE_UNASSIGNED
_HOLD_ELAPSED = EndReason.HOLD_ELAPSED
_BY_TRANSFER, _BY_DRAW = StartReason.TRANSFERRED, StartReason.DRAWN
_RESIGNED = NeedCause.RESIGNED
_DUE_SINCE_REGISTERED = Standing(due=Due(NeedCause.REGISTERED))

_MOMENT = attrgetter("at")

_ABOUT_BLOCKS = frozenset({FactKind.BLOCK_PLACED, FactKind.BLOCK_CHANGED, FactKind.BLOCK_LIFTED})
_TERMS = frozenset({FactKind.MENTOR_ENROLLED, FactKind.MENTOR_RESIGNED})

RECONCILE = "reconcile"
"""The source of what was found by comparing with the wiki, where no log entry was seen (rule 17)."""

Refusal = UserErrorCode | None
"""Why a fact has no effect; None: it has, or it is no decision."""


def project(mentee: AccountId, facts: Iterable[Fact], policies: Sequence[PolicyVersion]) -> Timeline:
    """All that follows from the facts about the mentee and the terms of the mentors whom they name.

    The facts may come in any order and more than once.
    """
    chronicle, course = Chronicle(), reigns(policies)
    about_blocks, others, begins = _apart(facts)
    settled, turns = settle(gather(about_blocks), course)
    walk = Walk(Affairs(mentee), chronicle, begins)
    walk.through(instants(course, turns, others))
    return chronicle.frozen(walk.affairs.seats, freeze(settled, course))


def project_each(
    mentee: AccountId, facts: Iterable[Fact], courses: Sequence[Sequence[Reign]], until: datetime = FOREVER
) -> "list[Walk]":
    """The ties alone, under each of several courses of policy.

    What happens before `until` is told, as though nothing came after. Until a block is placed no policy decides
    anything, so that much is lived once.
    """
    about_blocks, others, begins = _apart(facts)
    blocks = gather(about_blocks)
    placed = blocks[0].placed_at if blocks else FOREVER
    past = bisect_left(others, placed, key=_MOMENT)
    shared = Walk(Affairs(mentee), Ties(), begins)
    shared.through(instants((), (), others[:past]), min(placed, until))
    if not blocks:
        return [shared] * len(courses)
    walks = [shared, *[shared.fork() for _ in courses[1:]]]
    for walk, course in zip(walks, courses, strict=True):
        walk.affairs.settings, later = in_force(course, placed)
        _, turns = settle(blocks, course)
        walk.through(instants(later, turns, others[past:]), until)
    return walks


def _apart(facts: Iterable[Fact]) -> tuple[list[BlockFact], list[Fact], datetime]:
    """Those about blocks, those that have a rule, and when the mentee is first heard of."""
    about_blocks: list[Any] = []
    others: list[Fact] = []
    begins = FOREVER
    for fact in standing(facts):
        kind = fact.kind
        if kind in _ABOUT_BLOCKS:
            about_blocks.append(fact)
        elif kind in RULES:
            others.append(fact)
        if begins is FOREVER and kind not in _TERMS:
            begins = fact.at
    return about_blocks, others, begins


class Walk:
    """One instant after the other; what each leaves is written down."""

    __slots__ = ("_begins", "_next", "affairs", "chronicle")

    def __init__(self, affairs: Affairs, chronicle: Ties, begins: datetime) -> None:
        self.affairs, self.chronicle = affairs, chronicle
        self._begins = self._next = begins

    def fork(self) -> "Walk":
        """Another that stands where this one does, and may go elsewhere from here."""
        other = Walk(self.affairs.fork(), self.chronicle.fork(), self._begins)
        other._next = self._next
        return other

    def ties(self) -> Sequence[TieDraft]:
        """In the order of their starts, primary first."""
        return self.chronicle.ties(self.affairs.seats)

    def unblocks(self) -> Sequence[tuple[datetime, datetime]]:
        """Since when the mentee had been blocked, and when the last counted block closed; in their order."""
        return self.chronicle.unblocks()

    def through(self, course: Iterable[Instant], until: datetime = FOREVER) -> None:
        """Live all that comes before that moment, and between two instants what comes by itself."""
        for now, happenings in course:
            if now >= until:
                break
            while self._next < now:
                self.live(self._next)
            self.live(now, happenings)
        while self._next < until:
            self.live(self._next)

    def live(self, now: datetime, happenings: Iterable[Happening] = ()) -> None:
        """One instant: what happens, what follows from it by itself, and what chance adds."""
        affairs, stir = self.affairs, STILL
        affairs.now = now
        draws: list[Any] = []
        for happening in happenings:
            if isinstance(happening, Fact):
                if happening.kind is _DRAWN:
                    draws.append(happening)
                else:
                    self._hear(happening)
            elif isinstance(happening, Reign):
                affairs.settings = happening.settings
            else:
                stir = affairs.turn(happening, stir)
        if stir is not STILL:
            affairs.be_blocked_or_not(stir)
        by_itself = FOREVER
        if affairs.counted:
            by_itself = release(affairs, stir)
        elif stir.unblocked is not None:
            unblock(affairs, stir)
        if draws:
            self._draw(draws)
        if now >= self._begins:
            self._next = min(by_itself, self.chronicle.write(affairs, stir))

    def _draw(self, draws: list[Drawn]) -> None:
        """A primary's comes first: whom it gives a mentor may need a backup at that very moment."""
        for draw in sorted(draws, key=lambda draw: draw.role is _BACKUP):
            self._hear(draw)

    def _hear(self, fact: Fact) -> None:
        """What it does; and why, if that is nothing."""
        affairs = self.affairs
        affairs.cause = (fact.origin, None)
        refusal = RULES[fact.kind](affairs, fact)
        if refusal is not None:
            self.chronicle.refuse(fact.origin, refusal)


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
            affairs.lose(seat, _HOLD_ELAPSED)
        elif ahead.moment < soonest:
            soonest = ahead.moment
    return soonest


def unblock(affairs: Affairs, stir: Stir) -> None:
    """Rule 4: what follows for each role whose last tie was lost and about which nobody has decided since."""
    affairs.cause = cause_of(stir.closed)
    for seat in affairs.seats:
        lost = seat.standing.lost
        if lost is None:
            continue
        if affairs.settings.on_unblock is _LEAVE_UNASSIGNED:
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
    return bool(seat.tie.suspensions() or affairs.counted)


def kept(affairs: Affairs, fact: Kept) -> Refusal:
    """Rule 18: a suspended tie is held until then, whatever the policy says; the last word counts."""
    tie = affairs.seat(fact.role).tie
    if tie is None or tie.mentor != fact.mentor or not affairs.counted:
        return UserErrorCode.NOT_OPEN
    if fact.until is not None and fact.until <= affairs.now:
        return UserErrorCode.IN_THE_PAST
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
    affairs.mentors |= {fact.mentor}
    return None


def resigned(affairs: Affairs, fact: MentorResigned) -> Refusal:
    """Rule 5: their ties in both roles end."""
    affairs.mentors -= {fact.mentor}
    for seat in affairs.seats:
        if seat.is_held_by(fact.mentor):
            affairs.lose(seat, EndReason.MENTOR_RESIGNED)
    return None


def registered(affairs: Affairs, fact: Registered) -> Refusal:
    """Rule 12: whoever registers is due a mentor, once."""
    if fact.assign and not affairs.registered:
        affairs.registered = True
        seat = affairs.primary
        if seat.tie is None and seat.standing == NOTHING_KNOWN and seat.last is None:
            seat.standing = _DUE_SINCE_REGISTERED
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
    because = _BY_TRANSFER if due is not None and due.cause is _RESIGNED else _BY_DRAW
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
