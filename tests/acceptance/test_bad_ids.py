"""Ids of the past in mutations: what was can't be changed, so each is refused, with its place in the input."""

import pytest

from acceptance.refusals import Asked, must_refuse, of_wiki
from acceptance.small_wiki import ADA, BEN, NEWCOMER, ONCE, TODAY, SmallWiki
from graph.compile.ids import decode, encode

pytestmark = pytest.mark.acceptance


def then(given: str) -> str:
    """The id of the same object as of this very moment, which is past by the time that it is acted upon."""
    return encode(*decode(given)[:3], TODAY)


def recorded(mutation: str, **further: object) -> tuple[str, Asked, str]:
    def asked(w: SmallWiki) -> dict[str, object]:
        return w.logged(target={"id": then(w.mentee(ONCE))}) | further

    return mutation, asked, "target.id"


OF_THE_PAST: tuple[tuple[str, Asked, str], ...] = (
    ("updateMentor", lambda w: {"mentor": then(w.mentors[ADA]), "share": "LOW"}, "mentor"),
    ("resignMentor", lambda w: {"mentor": then(w.mentors[ADA])}, "mentor"),
    (
        "enrollMentor",
        lambda w: {"wiki": w.name, "account": {"id": then(w.mentee(NEWCOMER))}},
        "account.id",
    ),
    ("assignMentor", lambda w: {"mentee": then(w.mentee(NEWCOMER)), "mentor": w.mentors[BEN]}, "mentee"),
    ("assignMentor", lambda w: {"mentee": w.mentee(NEWCOMER), "mentor": then(w.mentors[BEN])}, "mentor"),
    (
        "claimMentees",
        lambda w: {"mentor": then(w.mentors[BEN]), "mentees": [w.mentee(NEWCOMER)]},
        "mentor",
    ),
    (
        "claimMentees",
        lambda w: {"mentor": w.mentors[BEN], "mentees": [w.mentee(ONCE), then(w.mentee(NEWCOMER))]},
        "mentees.1",
    ),
    *(
        (mutation, lambda _: {"relationship": then(of_wiki("Relationship"))}, "relationship")
        for mutation in ("endRelationship", "keepRelationship", "restoreRelationship")
    ),
    ("graduateMentee", lambda w: {"mentee": then(w.mentee(NEWCOMER))}, "mentee"),
    ("optOutOfMentorship", lambda w: {"mentee": then(w.mentee(NEWCOMER))}, "mentee"),
    ("optInToMentorship", lambda w: {"mentee": then(w.mentee(NEWCOMER))}, "mentee"),
    (
        "recordRegistration",
        lambda w: w.logged(userId="77", name="Anew", preferredMentors=[{"id": then(w.mentors[ADA])}]),
        "preferredMentors.0.id",
    ),
    recorded("recordBlock"),
    recorded("recordBlockChange"),
    recorded("recordUnblock"),
    recorded("recordRename", newName="Another Name"),
    recorded("recordDeparture"),
    recorded("recordVisibility", nameHidden=True),
)


@pytest.mark.parametrize("refused", OF_THE_PAST, ids=lambda one: f"{one[0]}: {one[2]}")
async def test_an_id_of_the_past_is_refused_where_something_is_changed(
    wiki: SmallWiki, refused: tuple[str, Asked, str]
) -> None:
    mutation, asked, path = refused
    await must_refuse(wiki, (mutation, "an id of the past", asked, f"INVALID at {path}"))
