"""Global ids: one text for one object, and nothing else is read as one."""

from base64 import b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.compile.ids import LARGEST, LARGEST_WIKI, LONGEST, NODE_TYPES, BadId, Ref, decode, encode

KEYS = st.integers(0, LARGEST)
WIKIS = st.integers(0, LARGEST_WIKI)


MOMENTS = st.datetimes(timezones=st.just(UTC)).map(
    lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
)


@given(st.sampled_from(sorted(NODE_TYPES)), WIKIS, KEYS, st.none() | MOMENTS)
def test_an_id_is_read_as_what_it_was_made_of(type_: str, wiki: int, key: int, at: datetime | None) -> None:
    made = encode(type_, wiki, key, at)
    assert decode(made) == Ref(type_, wiki, key, at)
    assert len(made) <= LONGEST


@given(st.text())
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(BadId):
        decode(text)


@pytest.mark.parametrize(
    "text",
    [
        "TWVudGVlOjE6Mw",  # its padding cut off
        "TWVudGVlOjE6Mw==\n",
        encode("Mentee", 1, -1),
        encode("Mentee", 2**31, 1),
        encode("Mentee", 1, 2**63),
        encode("Cat", 1, 1),
        "TWVudGVlOjE6MDM=",  # Mentee:1:03
        "TWVudGVlOjE6wrI=",  # a superscript two
        *(
            b64encode(f"Mentee:1:3{moment}".encode()).decode()
            for moment in ("@", "@now", "@007", "@-0", "@1@2", "@1.5", f"@{2**63}", f"@{-(10**14)}")
        ),
    ],
)
def test_what_looks_like_an_id_and_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadId, match="is not an id"):
        decode(text)


def test_the_id_of_another_type_is_named_in_the_refusal() -> None:
    with pytest.raises(BadId, match="The id of a Mentor was given where a Mentee's is expected"):
        decode(encode("Mentor", 1, 2), "Mentee")
