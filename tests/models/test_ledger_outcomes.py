"""What a change came to is read as it was written, whatever the ledger hands back; a row makes nothing else."""

from collections.abc import Iterable
from datetime import UTC, timedelta

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.errors import KeyRefused, Refused, Unavailable
from graph.kinds import Origin, UserErrorCode
from models.ledger.checks import NotAllError
from models.ledger.entry import BulkResult, Recorded, Resigned
from models.ledger.outcomes import Outcome, is_told_again, read, write

ids = st.integers(1, 2**63 - 1)
refusals = st.builds(Refused, st.sampled_from(UserErrorCode), st.text(), st.text())
values = st.recursive(
    st.none()
    | st.booleans()
    | ids
    | st.text()
    | refusals
    | st.sampled_from(UserErrorCode)
    | st.datetimes(timezones=st.just(UTC))
    | st.builds(Origin, st.text(), st.text())
    | st.builds(Resigned, ids, ids, ids)
    | st.builds(Recorded, ids, st.none() | ids, events=st.lists(ids).map(tuple), replayed=st.booleans())
    | st.builds(BulkResult, ids, ids, st.dictionaries(ids, refusals)),
    lambda inner: st.lists(inner) | st.dictionaries(ids, inner) | st.tuples(inner, inner),
)


def plain(value: object) -> object:
    """What it says: exceptions are compared by identity otherwise."""
    if isinstance(value, Exception):
        return type(value), value.args, plain(vars(value))
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, BulkResult):
        return (*plain_all((value.recorded, value.known)), plain(value.refused))
    if isinstance(value, list | tuple):
        return type(value), plain_all(value)
    return value


def plain_all(values: Iterable[object]) -> list[object]:
    return [plain(item) for item in values]


@given(values)
def test_an_outcome_is_read_as_it_was_written(value: object) -> None:
    found = read(write(Outcome(value))).told()
    assert type(found) is type(value)
    assert plain(found) == plain(value)


@given(refusals)
def test_what_undid_a_change_is_raised_as_it_was(refused: Refused) -> None:
    for one in (refused, NotAllError({7: refused})):
        assert is_told_again(one)
        with pytest.raises(type(one)) as met:
            read(write(Outcome(raised=one))).told()
        assert plain(met.value) == plain(one)


def test_what_no_repeat_could_be_told_is_said_at_the_first_time() -> None:
    for value in (object(), [b"bytes"], {1: timedelta(1)}, ValueError("of somebody else")):
        with pytest.raises(TypeError, match="no repeat could be told"):
            write(Outcome(value))


@pytest.mark.parametrize(
    "name", ["os:system", "subprocess:Popen", "models.reader:Reader", "models.ledger.ledger:Ledger"]
)
def test_a_row_makes_nothing_but_values(name: str) -> None:
    with pytest.raises(TypeError, match="an outcome is no"):
        read(orjson.dumps({"done": {"class": name, "items": []}}).decode())


@pytest.mark.parametrize(
    "error", [Unavailable("…"), KeyRefused(UserErrorCode.INVALID, "…"), OSError(), KeyError()]
)
def test_what_may_go_well_the_next_time_is_not_kept(error: Exception) -> None:
    assert not is_told_again(error)
