"""What every mutation refuses of the members that many have: wikis, people, names of happenings, words."""

from collections.abc import Callable, Iterator
from typing import Any

from acceptance.refusals import Asked, Input, Told, after, of_wiki, someone
from acceptance.small_wiki import ADA, BEN, DAN, NEWCOMER, ONCE, SmallWiki

NUL = "a\0b"
LONG = "x" * 4097


def a_token(_: SmallWiki) -> Input:
    return {"name": "A tool", "roles": [{"role": "READER"}]}


def a_webhook(_: SmallWiki) -> Input:
    return {"wiki": "smallwiki", "url": "https://hooks.example/"}


def each_member(*groups: Iterator[Told]) -> tuple[Told, ...]:
    return tuple(told for group in groups for told in group)


def with_(base: Asked, path: str, value: Any) -> Asked:
    """The same input with that value at the end of the path."""
    outer, _, inner = path.partition(".")
    return lambda wiki: base(wiki) | {outer: {inner: value} if inner else value}


def wiki_of(base: Asked) -> Iterator[Told]:
    yield "a wiki that nobody tracks", with_(base, "wiki", "nowiki"), "NOT_FOUND at wiki"
    yield "a wiki with a NUL", with_(base, "wiki", NUL), "NOT_FOUND at wiki"


def person(base: Asked, field: str = "target") -> Iterator[Told]:
    yield f"{field}: a broken id", with_(base, f"{field}.id", "broken"), f"INVALID at {field}.id"
    yield f"{field}: a block's id", with_(base, f"{field}.id", of_wiki("Block")), f"INVALID at {field}.id"
    yield f"{field}: a name with a NUL", with_(base, f"{field}.name", NUL), f"INVALID at {field}.name"
    yield f"{field}: a user id of nobody", with_(base, f"{field}.userId", "0"), f"INVALID at {field}.userId"
    yield f"{field}: a name of nobody", with_(base, f"{field}.name", "Nobody"), f"NOT_FOUND at {field}"


def happening(base: Asked) -> Iterator[Told]:
    yield "no source", with_(base, "source", ""), "INVALID at source"
    yield "the server's own source", with_(base, "source", "clock"), "INVALID at source"
    yield "a source with a NUL", with_(base, "source", NUL), "INVALID at source"
    yield "no source id", with_(base, "sourceId", ""), "INVALID at sourceId"
    yield "a source id with a NUL", with_(base, "sourceId", NUL), "INVALID at sourceId"
    yield "a source id of 256 characters", with_(base, "sourceId", "1" * 256), "INVALID at sourceId"


def text(base: Asked, *fields: str) -> Iterator[Told]:
    for field in fields:
        yield f"{field} with a NUL", with_(base, field, NUL), f"INVALID at {field}"
        yield f"{field} of 4,097 bytes", with_(base, field, LONG), f"INVALID at {field}"


def stale(base: Asked) -> Iterator[Told]:
    yield "a version of long ago", with_(base, "expectedVersion", 99), "STALE_VERSION at expectedVersion"


def tie(base: Asked) -> Iterator[Told]:
    for what, value, code in (
        ("a broken id", "broken", "INVALID"),
        ("a mentee's id", of_wiki("Mentee"), "INVALID"),
        ("a tie that never was", of_wiki("Relationship", 999), "NOT_FOUND"),
        ("a tie of nowhere", "UmVsYXRpb25zaGlwOjk5OjE=", "NOT_FOUND"),
    ):
        yield what, with_(base, "relationship", value), f"{code} at relationship"


def logged(**said: Any) -> Asked:
    return lambda wiki: wiki.logged(**said)


def decided(said: Callable[[SmallWiki], Input]) -> Asked:
    """A decision that is told as a happening of its own."""
    return lambda wiki: {"source": "tool", "sourceId": "1"} | said(wiki)


register = logged(userId="9", name="Somebody")
block = logged(**someone(NEWCOMER))
change = logged(**someone(ONCE), reason="Spam")
lift = logged(**someone(ONCE))
rename = logged(**someone(ONCE), newName="New")
leave = logged(**someone(ONCE))
hide = logged(**someone(ONCE), nameHidden=True)
enroll = decided(lambda w: {"wiki": w.name, "account": {"userId": DAN}})
resign = decided(lambda w: {"mentor": w.mentors[BEN]})
assign = decided(lambda w: {"mentee": w.mentee(ONCE), "mentor": w.mentors[BEN]})
claim = decided(lambda w: {"mentor": w.mentors[BEN], "mentees": [w.mentee(ONCE)]})
choose = decided(lambda w: {"mentee": w.mentee(ONCE)})


def take_back(wiki: SmallWiki) -> Input:
    return {"wiki": wiki.name, "source": "mw-log", "sourceId": "1", "reason": "A mistake"}


def tell(**activity: Any) -> Asked:
    return lambda wiki: {"wiki": wiki.name, "activity": [{"userId": ONCE} | activity]}


def reform(wiki: SmallWiki) -> Input:
    return {"wiki": wiki.name, "policy": {"preset": "DEFAULT"}}


def own_policy(**chosen: Any) -> Asked:
    return lambda wiki: {"wiki": wiki.name, "policy": {"policy": {"name": "own"} | chosen}}


def simulate(wiki: SmallWiki) -> Input:
    return {
        "wiki": wiki.name,
        "policies": [{"preset": "DEFAULT"}],
        "from": "2024-01-02T00:00:00Z",
        "to": "2024-02-02T00:00:00Z",
    }


def simulated(**chosen: Any) -> Asked:
    """Two policies to simulate, of which the second is made of these."""
    return with_(simulate, "policies", [{"preset": "DEFAULT"}, {"policy": {"name": "own"} | chosen}])


def hand_over(wiki: SmallWiki) -> Input:
    return {"from": wiki.mentors[ADA], "to": wiki.mentors[BEN]}


def the_tie(wiki: SmallWiki) -> Input:
    return {"relationship": wiki.ties[ONCE]}


MEMBERS: dict[str, tuple[Told, ...]] = {
    "recordRegistration": each_member(
        wiki_of(register),
        happening(register),
        iter(
            [
                (
                    "101 mentors before others",
                    with_(register, "preferredMentors", [{"userId": ADA}] * 101),
                    "TOO_MANY at preferredMentors",
                ),
                (
                    "a preferred mentor's broken id",
                    with_(register, "preferredMentors", [{"id": "broken"}]),
                    "INVALID at preferredMentors.0.id",
                ),
                (
                    "a preferred mentor's name with a NUL",
                    with_(register, "preferredMentors", [{"name": NUL}]),
                    "INVALID at preferredMentors.0.name",
                ),
                (
                    "a preferred mentor whom nobody knows",
                    with_(register, "preferredMentors", [{"name": "Nobody"}]),
                    "NOT_FOUND at preferredMentors",
                ),
            ]
        ),
    ),
    "recordBlock": each_member(
        wiki_of(block), person(block), happening(block), text(block, "reason", "performer")
    ),
    "recordBlockChange": each_member(
        wiki_of(change),
        person(change),
        happening(change),
        text(change, "reason", "performer"),
        iter([("a block id with a NUL", with_(change, "blockId", NUL), "INVALID at blockId")]),
    ),
    "recordUnblock": each_member(
        wiki_of(lift),
        person(lift),
        happening(lift),
        text(lift, "reason", "performer"),
        iter([("a block id with a NUL", with_(lift, "blockId", NUL), "INVALID at blockId")]),
    ),
    "recordRename": each_member(
        wiki_of(rename), person(rename), happening(rename), text(rename, "performer")
    ),
    "recordDeparture": each_member(wiki_of(leave), person(leave), happening(leave)),
    "recordVisibility": each_member(
        wiki_of(hide),
        person(hide),
        happening(hide),
        iter(
            [
                ("nothing that is hidden or shown", logged(**someone(ONCE)), "INVALID at nameHidden"),
                (
                    "nothing but null",
                    logged(**someone(ONCE), nameHidden=None, reasonHidden=None),
                    "INVALID at nameHidden",
                ),
                ("a block of which nothing is said", with_(hide, "blockId", "51"), "INVALID at blockId"),
                (
                    "a block that is another's",
                    logged(**someone(NEWCOMER), blockId="51", reasonHidden=True),
                    "CONFLICT at blockId",
                ),
                (
                    "a block id with a NUL",
                    logged(**someone(ONCE), blockId=NUL, reasonHidden=True),
                    "INVALID at blockId",
                ),
            ]
        ),
    ),
    "recordFacts": (
        ("251 facts", lambda w: {"facts": [{"block": block(w)} for _ in range(251)]}, "TOO_MANY at facts"),
    ),
    "retractFact": each_member(
        wiki_of(take_back),
        text(take_back, "source", "sourceId", "reason"),
        iter(
            [
                ("a fact that nobody told", with_(take_back, "sourceId", "999999"), "NOT_FOUND at sourceId"),
                (
                    "a fact of another source",
                    with_(take_back, "source", "elsewhere"),
                    "NOT_FOUND at sourceId",
                ),
                ("no reason", with_(take_back, "reason", " "), "INVALID at reason"),
            ]
        ),
    ),
    "recordActivity": each_member(
        wiki_of(tell()),
        iter(
            [
                (
                    "1,001 accounts",
                    lambda w: {"wiki": w.name, "activity": [{"userId": ONCE}] * 1001},
                    "TOO_MANY at activity",
                ),
                (
                    "an account twice",
                    lambda w: {"wiki": w.name, "activity": [{"userId": ONCE}] * 2},
                    "INVALID at activity.1.userId",
                ),
                ("a user id of nobody", tell(userId="0"), "INVALID at activity.0.userId"),
                ("edits below nothing", tell(editCount=-1), "INVALID at activity.0.editCount"),
                ("edits that are null", tell(editCount=None), "INVALID at activity.0.editCount"),
                ("questions below nothing", tell(questionCount=-1), "INVALID at activity.0.questionCount"),
                (
                    "reverted edits below nothing",
                    tell(revertedEditCount=-1),
                    "INVALID at activity.0.revertedEditCount",
                ),
                (
                    "an edit of tomorrow",
                    tell(lastEditAt="2024-04-11T00:00:00Z"),
                    "IN_THE_FUTURE at activity.0.lastEditAt",
                ),
            ]
        ),
    ),
    "enrollMentor": each_member(
        wiki_of(enroll), person(enroll, "account"), happening(enroll), text(enroll, "performer")
    ),
    "resignMentor": each_member(happening(resign), text(resign, "reason", "performer")),
    "transferMentees": each_member(
        text(hand_over, "reason"),
        iter(
            [
                ("from a broken id", with_(hand_over, "from", "broken"), "INVALID at from"),
                ("from nobody", with_(hand_over, "from", of_wiki("Mentor", 999)), "NOT_FOUND at from"),
                ("to a broken id", with_(hand_over, "to", "broken"), "INVALID at to"),
                ("to nobody", with_(hand_over, "to", of_wiki("Mentor", 999)), "NOT_A_MENTOR at to"),
                ("none of the mentees", with_(hand_over, "mentees", []), "INVALID at mentees"),
                ("a broken mentee", with_(hand_over, "mentees", ["broken"]), "INVALID at mentees.0"),
                ("ties of no state", with_(hand_over, "states", []), "INVALID at states"),
            ]
        ),
    ),
    "setPolicy": each_member(
        wiki_of(reform),
        stale(reform),
        iter(
            [
                (
                    "a policy of yesterday",
                    with_(reform, "effectiveFrom", "2024-04-08T00:00:00Z"),
                    "IN_THE_PAST at effectiveFrom",
                ),
                ("a policy without a name", own_policy(name=""), "INVALID at policy.policy.name"),
                *(
                    (
                        f"{field} that is null",
                        own_policy(**{field: None}),
                        f"INVALID at policy.policy.{field}",
                    )
                    for field in ("holds", "onUnblock", "categoryRules", "notify", "autoAssign")
                ),
                (
                    "a pattern of nothing",
                    own_policy(categoryRules=[{"pattern": "*", "category": "SPAM"}]),
                    "INVALID at policy.policy.categoryRules.0.pattern",
                ),
            ]
        ),
    ),
    "simulatePolicies": each_member(
        wiki_of(simulate),
        iter(
            [
                ("no policy", with_(simulate, "policies", []), "INVALID at policies"),
                (
                    "eleven policies",
                    with_(simulate, "policies", [{"preset": "DEFAULT"}] * 11),
                    "TOO_MANY at policies",
                ),
                ("a policy without a name", simulated(name=""), "INVALID at policies.1.policy.name"),
                ("holds that are null", simulated(holds=None), "INVALID at policies.1.policy.holds"),
                (
                    "rules that are null",
                    simulated(categoryRules=None),
                    "INVALID at policies.1.policy.categoryRules",
                ),
                (
                    "a pattern of nothing",
                    simulated(categoryRules=[{"pattern": "*", "category": "SPAM"}]),
                    "INVALID at policies.1.policy.categoryRules.0.pattern",
                ),
            ]
        ),
    ),
    "assignMentor": each_member(happening(assign), text(assign, "reason", "performer"), stale(assign)),
    "claimMentees": each_member(happening(claim), text(claim, "reason", "performer")),
    "graduateMentee": each_member(
        happening(choose),
        text(choose, "reason", "performer"),
        iter(
            [
                ("a broken id", with_(choose, "mentee", "broken"), "INVALID at mentee"),
                ("nobody", with_(choose, "mentee", of_wiki("Mentee", 999)), "NOT_FOUND at mentee"),
                (
                    "a day to come",
                    with_(choose, "occurredAt", "2024-04-11T00:00:00Z"),
                    "IN_THE_FUTURE at occurredAt",
                ),
            ]
        ),
    ),
    "optOutOfMentorship": each_member(happening(choose), text(choose, "reason", "performer")),
    "optInToMentorship": each_member(happening(choose), text(choose, "reason", "performer")),
    "keepRelationship": each_member(
        tie(the_tie),
        stale(the_tie),
        text(the_tie, "reason"),
        iter(
            [
                ("until yesterday", with_(the_tie, "until", "2024-04-08T00:00:00Z"), "IN_THE_PAST at until"),
                (
                    "until before the hold would end",
                    with_(the_tie, "until", "2024-04-11T00:00:00Z"),
                    "INVALID at until",
                ),
                (
                    "a tie of somebody who is not blocked",
                    lambda w: {"relationship": w.ties[NEWCOMER]},
                    "NOT_OPEN at relationship",
                ),
            ]
        ),
    ),
    "restoreRelationship": each_member(tie(the_tie), stale(the_tie), text(the_tie, "reason")),
    "endRelationship": each_member(
        tie(the_tie),
        stale(the_tie),
        text(the_tie, "reason"),
        iter(
            [
                (
                    "a day to come",
                    with_(the_tie, "occurredAt", "2024-04-11T00:00:00Z"),
                    "IN_THE_FUTURE at occurredAt",
                ),
                (
                    "a day before it began",
                    with_(the_tie, "occurredAt", "2024-01-11T00:00:00Z"),
                    "NOT_OPEN at relationship",
                ),
            ]
        ),
    ),
    "createToken": (
        ("no name", with_(a_token, "name", ""), "INVALID at name"),
        ("a name with a NUL", with_(a_token, "name", NUL), "INVALID at name"),
        ("no role", with_(a_token, "roles", []), "INVALID at roles"),
        ("too many roles", with_(a_token, "roles", [{"role": "READER"}] * 101), "TOO_MANY at roles"),
        (
            "a wiki that nobody tracks",
            with_(a_token, "roles", [{"role": "READER"}, {"role": "SERVICE", "wiki": "nowiki"}]),
            "NOT_FOUND at roles.1.wiki",
        ),
        (
            "more than the caller has",
            with_(a_token, "roles", [{"role": "READER", "seesHidden": True}]),
            "FORBIDDEN at roles.0.seesHidden",
        ),
        (
            "too many accounts",
            with_(a_token, "accounts", [{"wiki": "smallwiki", "userId": "1"}] * 101),
            "TOO_MANY at accounts",
        ),
        (
            "an account of a wiki that nobody tracks",
            with_(a_token, "accounts", [{"wiki": "nowiki", "userId": "1"}]),
            "NOT_FOUND at accounts.0.wiki",
        ),
        (
            "an account of nobody",
            with_(a_token, "accounts", [{"wiki": "smallwiki", "userId": "0"}]),
            "INVALID at accounts.0.userId",
        ),
        ("a day that is past", with_(a_token, "expiresAt", after(days=-1)), "IN_THE_PAST at expiresAt"),
    ),
    "createWebhook": (
        *wiki_of(a_webhook),
        ("no TLS", with_(a_webhook, "url", "http://hooks.example/"), "INVALID at url"),
        ("an address inside", with_(a_webhook, "url", "https://127.0.0.1/"), "INVALID at url"),
        ("a password", with_(a_webhook, "url", "https://a:b@hooks.example/"), "INVALID at url"),
        ("a NUL", with_(a_webhook, "url", f"https://hooks.example/{NUL}"), "INVALID at url"),
        ("no kind", with_(a_webhook, "kinds", []), "INVALID at kinds"),
    ),
    **{
        mutation: (
            ("a broken id", lambda _: {"webhook": "broken"}, "INVALID at webhook"),
            ("a mentee's id", lambda _: {"webhook": of_wiki("Mentee")}, "INVALID at webhook"),
            ("none that ever was", lambda _: {"webhook": of_wiki("Webhook", 999)}, "NOT_FOUND at webhook"),
        )
        for mutation in ("rotateWebhookSecret", "removeWebhook")
    },
    "retryDeliveries": (
        *wiki_of(lambda _: {"wiki": "smallwiki"}),
        ("a broken id", lambda _: {"wiki": "smallwiki", "delivery": "broken"}, "INVALID at delivery"),
        (
            "one that was not given up",
            lambda _: {"wiki": "smallwiki", "delivery": of_wiki("Delivery", 999)},
            "NOT_FOUND at delivery",
        ),
    ),
    "revokeToken": (
        ("no id", lambda _: {"token": "mgt_abc"}, "INVALID at token"),
        ("an id that was never given", lambda _: {"token": "999"}, "NOT_FOUND at token"),
    ),
    **{
        mutation: (
            ("a broken id", lambda _: {"mentee": "broken"}, "INVALID at mentee"),
            ("a block's id", lambda _: {"mentee": of_wiki("Block")}, "INVALID at mentee"),
            ("a mentee that never was", lambda _: {"mentee": of_wiki("Mentee", 999)}, "NOT_FOUND at mentee"),
        )
        for mutation in ("starMentee", "unstarMentee")
    },
    "addWiki": (
        (
            "rules that are null",
            lambda _: {
                "dbName": "newwiki",
                "url": "https://new.example",
                "policy": {"policy": {"name": "own", "categoryRules": None}},
            },
            "INVALID at policy.policy.categoryRules",
        ),
    ),
}
"""What each refuses for reasons of its own is in test_bad_facts, test_bad_decisions and test_bad_wikis."""
