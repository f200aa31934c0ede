"""How a refusal is told in a table, and what must hold of every one."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from acceptance.in_process import written
from acceptance.small_wiki import TODAY, SmallWiki
from graph.compile.ids import encode

Input = dict[str, Any]
Asked = Callable[[SmallWiki], Input]
Told = tuple[str, Asked, str]
"""What is wrong, the input, and the code with the path into the input."""
Refusal = tuple[str, str, Asked, str]
"""The same with the mutation before it."""

RECORDED = "mentee { id } block { id } events { id } replayed"
NOTHING = {
    "addWiki": "wiki { id }",
    "recordRegistration": RECORDED,
    "recordBlock": RECORDED,
    "recordBlockChange": RECORDED,
    "recordUnblock": RECORDED,
    "recordRename": RECORDED,
    "recordDeparture": RECORDED,
    "recordVisibility": RECORDED,
    "recordFacts": f"results {{ {RECORDED} userErrors {{ code message field }} }}",
    "retractFact": RECORDED,
    "recordActivity": "updated unknown",
    "createToken": "token { id }",
    "createWebhook": "webhook { id } secret",
    "rotateWebhookSecret": "webhook { id } secret",
    "removeWebhook": "webhook { id }",
    "retryDeliveries": "retried",
    "revokeToken": "token { id }",
    "starMentee": "mentee { id }",
    "unstarMentee": "mentee { id }",
    "enrollMentor": "mentor { id }",
    "updateMentor": "mentor { id }",
    "resignMentor": "mentor { id } transferred ended unassigned job { id }",
    "transferMentees": "transferred unassigned job { id }",
    "simulatePolicies": "job { id }",
    "setPolicy": "policy { version } affected releasedAtOnce job { id }",
    "assignMentor": "relationship { id } event { id }",
    "claimMentees": "results { relationship { id } }",
    "keepRelationship": "relationship { id } event { id }",
    "restoreRelationship": "relationship { id } event { id }",
    "endRelationship": "relationship { id } event { id }",
    "graduateMentee": "mentee { id }",
    "optOutOfMentorship": "mentee { id }",
    "optInToMentorship": "mentee { id }",
}
"""All that a payload holds besides its errors; of a refusal, nothing."""


def each(table: dict[str, tuple[Told, ...]]) -> list[Refusal]:
    """The table's rows one by one."""
    return [(mutation, *told) for mutation, refused in table.items() for told in refused]


def named(refusals: Iterable[Refusal]) -> list[str]:
    """What each is called in a report."""
    return [f"{mutation}: {what}" for mutation, what, _, _ in refusals]


def after(**lengths: float) -> str:
    """A moment so long after this one."""
    return written(TODAY + timedelta(**lengths))


def of_wiki(kind: str, key: int = 1) -> str:
    """A global id of the small wiki, that nobody may have given out."""
    return encode(kind, 1, key)


def someone(user: str) -> Input:
    return {"target": {"userId": user}}


async def must_refuse(wiki: SmallWiki, refusal: Refusal) -> None:
    """It is refused with that code, a sentence and that path, and nothing at all is written."""
    mutation, _, asked, expected = refusal
    code, _, path = expected.partition(" at ")
    given = asked(wiki)
    before = await wiki.kept()
    payload = await wiki.client.do(mutation, given, NOTHING[mutation])
    (error,) = payload.pop("userErrors")
    assert (error["code"], error["field"]) == (code, ["input", *path.split(".")])
    must_be_a_sentence(error["message"], error["field"])
    assert not any(payload.values()) or payload == {"results": [{"relationship": None}]}, payload
    assert await wiki.kept() == before, "nothing is written, not even in part"


def must_be_a_sentence(said: str, path: list[str]) -> None:
    """It begins like one, or with the field's own name, ends like one, and is none of a library's."""
    assert said[0].isupper() or said[0] == "`" or said.split(maxsplit=1)[0] in path, said
    assert said.endswith("."), said
    assert len(said.split()) >= 4, said
    assert "Error" not in said, said
    assert "None" not in said, said
