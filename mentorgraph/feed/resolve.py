"""From sightings of log entries to facts by user id, each entry once, and for the rest the reason why not."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from graph.facts import Assigned, BlockChanged, BlockLifted, BlockPlaced, Fact, Registered, Renamed
from graph.history import WIKI_LOG
from graph.kinds import FactKind, Origin, StartReason
from mentorgraph.feed.entries import (
    HIDES_COMMENT,
    HIDES_USER,
    LeftOut,
    Sighting,
    Terms,
)
from mentorgraph.feed.gathered import (
    AFTER_THE_LOG,
    Gathered,
    Known,
    Line,
    Resolved,
    Unresolved,
)
from mentorgraph.feed.names import Accounts, Moment, Names, Place, Rename

TEMPORARY = "~"
NO_EXPIRY = "no expiry known; give the log page too"
NO_REASON = "the page was read without its comments; read it with the default leprop"
NOBODY = "nobody of that name is known at that time; give the registration and the renames too"
ANOTHER = "another entry has the same log id: is it of another wiki?"


def resolve(gathered: Gathered, *, assign: bool = False) -> tuple[list[Resolved], list[Unresolved]]:
    """Every log entry once, in the order of the log; and those that stay unresolved when all is known.

    `assign`: who registers is due a mentor. Nobody is drawn for history that is brought in later.
    """
    names = Names([*_renames_known(gathered.known), *_renames_read(gathered.lines)])
    accounts = _accounts(gathered, names)
    hidden = _hidden(gathered)
    resolved: list[Resolved] = []
    unresolved: list[Unresolved] = []
    for place, lines in sorted(_by_entry(gathered.lines).items()):
        same, others = _same_entry(lines)
        if others:
            unresolved.append(Unresolved(others, ANOTHER))
        found = _entry(same, place, names, accounts, hidden.get(place.log_id, 0), assign=assign)
        if isinstance(found, Resolved):
            resolved.append(found)
        else:
            unresolved.append(Unresolved(same, found))
    return resolved, unresolved


def names_in(gathered: Gathered) -> set[str]:
    """Every name that was read, to ask what is known of it already."""
    sightings = (line.sighting for line in gathered.lines)
    return {name for one in sightings for name in (one.name, one.new_name, one.mentor) if name is not None}


def _entry(
    lines: Sequence[Line], place: Place, names: Names, accounts: Accounts, hidden: int, *, assign: bool
) -> Resolved | str | LeftOut:
    named = [line for line in lines if line.sighting.name is not None]
    if not named:
        return LeftOut.HIDDEN
    first = named[0].sighting
    terms = _terms(named)
    if terms is not None and not terms.expiry_is_known:
        return NO_EXPIRY
    if first.kind is not FactKind.REGISTERED and not any(line.sighting.reason_is_known for line in named):
        return NO_REASON
    user_id = first.user_id if first.user_id is not None else _user_id(named, place, names, accounts)
    mentor = None if first.mentor is None else _mentor_id(named[0], place, names, accounts)
    if user_id is None or (mentor is None and first.mentor is not None):
        return NOBODY
    reason = next((line.sighting.reason for line in named if line.sighting.reason is not None), None)
    reason = None if hidden & HIDES_COMMENT else reason
    return Resolved(
        user_id=user_id,
        fact=_fact(first, terms, reason, mentor, assign=assign),
        reason=reason,
        performer=None if hidden & HIDES_USER else _then(first.performer, named[0], names),
        name=_name_given(named[0], names),
        eligible=not (first.name or "").startswith(TEMPORARY),
        lines=lines,
    )


def _fact(
    seen: Sighting, terms: Terms | None, reason: str | None, mentor: int | None, *, assign: bool
) -> Fact:
    at, origin = seen.at, Origin(WIKI_LOG, str(seen.log_id))
    if seen.kind is FactKind.REGISTERED:
        return Registered(at=at, origin=origin, assign=assign)
    if seen.kind is FactKind.RENAMED:
        return Renamed(at=at, origin=origin)
    if seen.kind is FactKind.ASSIGNED:
        assert mentor is not None
        because = StartReason.CLAIMED if seen.mentor == seen.performer else StartReason.SET
        return Assigned(at=at, origin=origin, mentor=mentor, because=because)
    if terms is None:
        return BlockLifted(at=at, origin=origin, block_id=seen.block_id)
    if seen.kind is FactKind.BLOCK_PLACED:
        return BlockPlaced(
            at=at,
            origin=origin,
            block_id=seen.block_id,
            scope=terms.scope,
            expires_at=terms.expires_at,
            reason=reason,
            hides_name=terms.hides_name,
        )
    return BlockChanged(
        at=at,
        origin=origin,
        block_id=seen.block_id,
        scope=terms.scope,
        expires_at=terms.expires_at,
        reason=reason,
        hides_name=terms.hides_name,
    )


def _user_id(named: Sequence[Line], place: Place, names: Names, accounts: Accounts) -> int | None:
    """Whom the first sighting that means somebody means; events come first, for their names never change."""
    for line in named:
        seen, moment = line.sighting, line.moment
        if seen.kind is FactKind.RENAMED:
            root, written = names.renamed(seen.log_id), place
        else:
            root = names.holder(seen.name or "", moment)
            written = _written(moment)
        user_id = accounts.find(root, place, written)
        if user_id is not None:
            return user_id
    return None


def _mentor_id(line: Line, place: Place, names: Names, accounts: Accounts) -> int | None:
    """Who was chosen: told by the name of the time; who chose themselves, by that of the day on which it was read."""
    seen = line.sighting
    assert seen.mentor is not None
    moment = line.moment if seen.mentor == seen.performer else Moment(place)
    return accounts.find(names.holder(seen.mentor, moment), place, _written(moment))


def _written(moment: Moment) -> Place:
    return moment.place if moment.read_at is None else Place(moment.read_at, AFTER_THE_LOG)


def _then(name: str | None, line: Line, names: Names) -> str | None:
    """The name as it was at the time of the entry."""
    if name is None or line.read_at is None:
        return name
    moment = line.moment
    return names.then(name, moment, moment.place)


def _name_given(line: Line, names: Names) -> str | None:
    if line.sighting.kind is FactKind.RENAMED:
        return line.sighting.new_name
    return _then(line.sighting.name, line, names) if line.sighting.kind is FactKind.REGISTERED else None


def _terms(named: Sequence[Line]) -> Terms | None:
    """What the block says, by a sighting that knows when it ends, if there is one."""
    told = [line.sighting.terms for line in named if line.sighting.terms is not None]
    return next((terms for terms in told if terms.expiry_is_known), told[0] if told else None)


def _by_entry(lines: Iterable[Line]) -> dict[Place, list[Line]]:
    """The lines of each log entry, events first; the place is that of the first."""
    by_id: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        by_id[line.sighting.log_id].append(line)
    for group in by_id.values():
        group.sort(key=lambda line: (line.read_at is not None, line.sighting.name is None))
    return {Place(group[0].sighting.at, log_id): group for log_id, group in by_id.items()}


def _same_entry(lines: Sequence[Line]) -> tuple[Sequence[Line], Sequence[Line]]:
    """The lines that tell of the same entry as the first, and those that contradict it."""
    if len(lines) == 1:
        return lines, ()
    first = lines[0].sighting
    same = [line for line in lines if (line.sighting.at, line.sighting.kind) == (first.at, first.kind)]
    return same, [line for line in lines if line not in same] if len(same) < len(lines) else ()


def _hidden(gathered: Gathered) -> dict[int, int]:
    """What of each entry is hidden: as the last entry about it says, else as it was when it was read."""
    hidden: dict[int, int] = defaultdict(int)
    for line in gathered.lines:
        seen = line.sighting
        hidden[seen.log_id] |= HIDES_COMMENT * seen.hides_reason | HIDES_USER * seen.hides_performer
    for hiding in sorted(gathered.hidings, key=lambda hiding: (hiding.at, hiding.log_id)):
        hidden.update(dict.fromkeys(hiding.log_ids, hiding.bits))
    return hidden


def _renames_read(lines: Iterable[Line]) -> Iterable[Rename]:
    for line in lines:
        seen = line.sighting
        if seen.kind is FactKind.RENAMED and seen.name is not None and seen.new_name is not None:
            yield Rename(Place(seen.at, seen.log_id), seen.name, seen.new_name, seen.published)


def _renames_known(known: Sequence[Known]) -> Iterable[Rename]:
    """What is recorded of names, as the renames that it came from."""
    last: dict[int, str] = {}
    for one in sorted(known, key=lambda one: one.place):
        if one.fact.kind is FactKind.RENAMED:
            yield Rename(one.place, last.get(one.user_id), one.name)
        last[one.user_id] = one.name


def _accounts(gathered: Gathered, names: Names) -> Accounts:
    accounts = Accounts()
    for one in gathered.known:
        root = (
            names.renamed(one.place.log_id)
            if one.fact.kind is FactKind.RENAMED
            else names.holder(one.name, Moment(one.place))
        )
        accounts.tell(root, one.place, one.user_id)
        if one.fact.kind is FactKind.REGISTERED:
            accounts.register(one.user_id, one.place)
    for line in gathered.lines:
        seen, moment = line.sighting, line.moment
        if seen.user_id is not None and seen.name is not None:
            accounts.tell(names.holder(seen.name, moment), _written(moment), seen.user_id)
            accounts.register(seen.user_id, moment.place)
    for who in gathered.performed:
        written = Place(who.read_at, AFTER_THE_LOG)
        accounts.tell(names.holder(who.name, Moment(written, read_at=who.read_at)), written, who.user_id)
    return accounts
