"""Every member of every input is refused by its path: what is not of its type, what is missing, what can't be."""

from typing import Any

import pytest

from acceptance.bad_members import MEMBERS
from acceptance.client import mutation
from acceptance.inputs_walked import LEFT_OUT, MUTATIONS, Member, example, members
from acceptance.refusals import NOTHING, Refusal, Told, each, must_be_a_sentence, must_refuse, named
from acceptance.small_wiki import SmallWiki
from acceptance.test_bad_decisions import DECISIONS
from acceptance.test_bad_facts import FACTS, NAMES, UNFIT
from acceptance.test_bad_wikis import WIKIS

pytestmark = pytest.mark.acceptance

TABLES: tuple[dict[str, tuple[Told, ...]], ...] = (FACTS, NAMES, UNFIT, DECISIONS, WIKIS, MEMBERS)
REFUSALS = [refusal for table in TABLES for refusal in each(table)]

UNREADABLE = {"DateTime": "yesterday", "Duration": "P1M", "BigInt": "five"}
"""Of these the server itself says by a code what it could not read."""

NOT_OF_THEIR_TYPE = {"String": {"no": "text"}, "ID": {"no": "id"}, "Int": "many", "Boolean": "perhaps"}


def wrong(member: Member) -> Any:
    """A value that is none of the member's type."""
    if member.has_members:
        return "text"
    return UNREADABLE.get(member.leaf) or NOT_OF_THEIR_TYPE.get(member.leaf, "NO_SUCH_WORD")


def given(member: Member, value: Any) -> dict[str, Any]:
    asked: dict[str, Any] = example(MUTATIONS[member.mutation], member.path, value)
    return asked


READABLE = [member for member in members() if member.leaf not in UNREADABLE]


@pytest.mark.parametrize("member", READABLE, ids=map(str, READABLE))
async def test_what_is_not_of_its_type_refuses_the_request_by_its_path(
    wiki: SmallWiki, member: Member
) -> None:
    answer = await wiki.client.post(mutation(member.mutation), input=given(member, wrong(member)))
    body = answer.json()
    assert body.get("data") is None
    [error] = body["errors"]
    assert f" at .{member.name}: " in error["message"].replace("[0]", "")


UNFIT_MEMBERS = [member for member in members() if member.leaf in UNREADABLE]


@pytest.mark.parametrize("member", UNFIT_MEMBERS, ids=map(str, UNFIT_MEMBERS))
async def test_what_cannot_be_read_is_told_by_its_path(wiki: SmallWiki, member: Member) -> None:
    name = member.mutation
    payload = await wiki.client.do(name, given(member, wrong(member)), NOTHING.get(name, "__typename"))
    [error] = payload["userErrors"] or payload["results"][0]["userErrors"]
    assert error["code"] == "INVALID"
    assert without_places(error["field"]) == ["input", *member.path]
    must_be_a_sentence(error["message"], error["field"])


REQUIRED = [member for member in members() if member.required]


@pytest.mark.parametrize("member", REQUIRED, ids=map(str, REQUIRED))
async def test_what_must_be_given_and_is_not_refuses_the_request(wiki: SmallWiki, member: Member) -> None:
    answer = await wiki.client.post(mutation(member.mutation), input=given(member, LEFT_OUT))
    body = answer.json()
    assert body.get("data") is None
    [error] = body["errors"]
    assert f"'{member.path[-1]}'" in error["message"] or f".{member.path[-1]}" in error["message"], error


@pytest.mark.parametrize("refusal", each(MEMBERS), ids=named(each(MEMBERS)))
async def test_what_no_mutation_takes_is_refused_and_nothing_is_changed(
    wiki: SmallWiki, refusal: Refusal
) -> None:
    await must_refuse(wiki, refusal)


ONE_OF_MANY = {
    "recordRegistration": "registration",
    "recordBlock": "block",
    "recordBlockChange": "blockChange",
    "recordUnblock": "unblock",
    "recordRename": "rename",
    "recordDeparture": "departure",
    "recordVisibility": "visibility",
}
OF_FACTS = [refusal for refusal in REFUSALS if refusal[0] in ONE_OF_MANY]


@pytest.mark.parametrize("refusal", OF_FACTS, ids=named(OF_FACTS))
async def test_what_is_refused_of_one_fact_is_refused_of_it_among_many(
    wiki: SmallWiki, refusal: Refusal
) -> None:
    name, _, asked, expected = refusal
    member = ONE_OF_MANY[name]
    alone = (await wiki.client.do(name, asked(wiki)))["userErrors"]
    before = await wiki.kept()
    told = await wiki.client.done("recordFacts", {"facts": [{member: asked(wiki)}]}, NOTHING["recordFacts"])
    [result] = told["results"]
    [error] = result.pop("userErrors")
    assert not any(result.values())
    code, _, path = expected.partition(" at ")
    assert (error["code"], error["field"]) == (code, ["input", "facts", "0", member, *path.split(".")])
    assert error["message"] == alone[0]["message"]
    assert await wiki.kept() == before


def without_places(path: list[str]) -> list[str]:
    return [step for step in path if not step.isdigit()]


def test_every_member_of_every_input_has_a_refusal_of_its_own() -> None:
    """But of truth values and of words of a list, all of which can be meant, and of what only holds members."""
    refused = {
        (mutation, ".".join(without_places(expected.partition(" at ")[2].split("."))))
        for mutation, _, _, expected in REFUSALS
    }
    refused |= {
        ("recordFacts", f"facts.{ONE_OF_MANY[mutation]}.{path}")
        for mutation, path in refused
        if mutation in ONE_OF_MANY
    }
    assert [str(member) for member in members() if not is_told_of(member, refused)] == []


def is_told_of(member: Member, refused: set[tuple[str, str]]) -> bool:
    return (
        member.is_one_of_few
        or member.leaf in UNREADABLE
        or (member.has_members and not member.is_list)
        or (member.mutation, member.name) in refused
    )
