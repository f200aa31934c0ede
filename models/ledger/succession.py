"""Draws for those whose mentor leaves, made before the rules are asked about either: so they are asked once, not twice.

What is kept of a mentee says whom the mentor is about to leave. That is foreseen, and the rules decide: where they or
the wiki's policy say otherwise, nothing is drawn here, and the mentee is dealt with like every other.
"""

from collections.abc import Iterable, Sequence

from graph.draw import is_sought
from graph.kinds import RelationshipRole, RelationshipState
from models.ledger.change import Given
from models.ledger.drawing import Drawing


class Succession(Drawing):
    """The draws of one change in which the term of a mentor ends."""

    def successors(self, mentees: Iterable[int], leaving: int) -> list[Given]:
        """Draws that have an effect, and the timelines with them. Who has no timeline then is yet to be asked about."""
        chosen = {mentee: made for mentee in mentees if (made := self._foresee(mentee, leaving))}
        self._change.must_have_locks()
        return [one for mentee, made in chosen.items() if self._comes_true(mentee, made) for one in made]

    def _comes_true(self, mentee: int, made: Sequence[Given]) -> bool:
        change = self._change
        useless = change.rehearse(mentee, [one.entry.fact for one in made])
        if not useless and is_sought(change.timelines[mentee], *self._signs(mentee)):
            return True
        del change.timelines[mentee]
        primary, *_ = made
        assert primary.mentor is not None
        self._pool.give(primary.mentor, -1)
        return False

    def _foresee(self, mentee: int, leaving: int) -> list[Given]:
        """Another primary mentor for whom the leaving one is that now, and a backup for who then has none."""
        now = self._change.now
        held = {
            row.role: row.mentor_id
            for row in self._change.stored(mentee).tie_spans
            if row.state == RelationshipState.ACTIVE and row.valid_from <= now < row.valid_to
        }
        is_left = held.get(RelationshipRole.PRIMARY) == leaving
        if not is_left or not self._may_be_given(mentee) or self._opted_in(mentee):
            return []
        barred, made = {mentee, *held.values()}, list[Given]()
        for role in RelationshipRole:
            if role not in held or held[role] == leaving:
                mentor = self._choose(mentee, role, barred)
                if mentor is None:
                    break
                barred.add(mentor)
                made.append(self.drawn(mentee, mentor, role, bulk=True))
        return made
