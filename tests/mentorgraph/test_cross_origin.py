"""Which pages may use what a browser keeps for this server."""

import pytest

from mentorgraph.http.cross_origin import CrossOrigin

FRIEND = "https://friend.example"


@pytest.mark.parametrize(
    ("own", "origin", "is_friend"),
    [
        (None, b"http://mentors.example", True),
        (None, b"https://friend.example", True),
        (None, b"https://evil.example", False),
        ("https://mentors.example", b"https://mentors.example", True),
        ("https://mentors.example", b"http://mentors.example", False),
        ("https://mentors.example", b"null", False),
    ],
)
def test_a_page_of_the_servers_own_name_is_its_own_only_as_it_is_reached(
    own: str | None, origin: bytes, is_friend: bool
) -> None:
    rule = CrossOrigin(frozenset({FRIEND}), own)
    assert rule.is_friend({b"origin": origin, b"host": b"mentors.example"}) is is_friend
