"""The schema against the contract: everything there is here as it is written, and what is more is listed."""

from pathlib import Path

import pytest
from graphql import build_schema

from schema_differences import Differences, differences

HERE = Path(__file__).parent
CONTRACT = build_schema((HERE.parent / "data" / "contract.graphql").read_text())
PRINTED = build_schema((HERE.parents[1] / "schema.graphql").read_text())

MORE = {
    "CreateWebhookInput",
    "Delivery",
    "DeliveryConnection",
    "DeliveryEdge",
    "DeliveryFilter",
    "DeliveryKind",
    "DeliveryState",
    "Mentor.unavailableSince",
    "Mutation.createWebhook",
    "Mutation.removeWebhook",
    "Mutation.retryDeliveries",
    "Mutation.rotateWebhookSecret",
    "RemoveWebhookInput",
    "RemoveWebhookPayload",
    "RetryDeliveriesInput",
    "RetryDeliveriesPayload",
    "RotateWebhookSecretInput",
    "Webhook",
    "WebhookSecretPayload",
    "Wiki.deliveries",
    "Wiki.webhooks",
    "CreateTokenInput",
    "CreateTokenPayload",
    "Mutation.createToken",
    "Mutation.revokeToken",
    "OwnAccountInput",
    "RevokeTokenInput",
    "RevokeTokenPayload",
    "ScopeInput",
    "Token",
    "Viewer.tokens",
}
"""What the server offers besides the contract."""


def test_the_schema_lacks_nothing_of_the_contract() -> None:
    assert differences(CONTRACT, PRINTED).missing == []


def test_what_is_there_has_the_types_defaults_and_nullability_of_the_contract() -> None:
    assert differences(CONTRACT, PRINTED).changed == []


def test_what_is_more_is_listed() -> None:
    assert set(differences(CONTRACT, PRINTED).more) == MORE


SMALL = """
    directive @once(key: String!) on FIELD
    scalar When @specifiedBy(url: "https://a.example/when")
    enum State { ON OFF }
    interface Node { id: ID! }
    input Where { state: [State!] old: Boolean! = false by: By }
    input By @oneOf { name: String id: ID }
    type Thing implements Node { id: ID! name: String parts(first: Int, order: Where = {old: true}): [Part!]! }
    type Part { at: When }
    union Any = Thing | Part
    type Query { thing(where: Where): Thing any: Any }
"""


@pytest.mark.parametrize(
    ("was", "becomes", "missing", "changed"),
    [
        ("name: String parts", "parts", ["Thing.name"], []),
        ("name: String parts", "name: String! parts", [], ["Thing.name: String became String!"]),
        ("[Part!]!", "[Part]!", [], ["Thing.parts: [Part!]! became [Part]!"]),
        ("first: Int, ", "", ["Thing.parts(first:)"], []),
        ("first: Int", "first: Int = 20", [], ["Thing.parts(first:): Int became Int = 20"]),
        (
            "= {old: true}",
            "= {old: false}",
            [],
            ['Thing.parts(order:): Where = {"old":true} became Where = {"old":false}'],
        ),
        ("! = false", "! = true", [], ["Where.old: Boolean! = false became Boolean! = true"]),
        ("ON OFF", "ON", ["State.OFF"], []),
        ("state: [State!]", "state: [State!]!", [], ["Where.state: [State!] became [State!]!"]),
        ("implements Node ", "", ["Thing implements Node"], []),
        ("Thing | Part", "Thing", ["Any holds Part"], []),
        (" @oneOf", "", [], ["By: InputObject @oneOf became InputObject"]),
        (
            "/when",
            "/then",
            [],
            [
                "When: Scalar @specifiedBy(https://a.example/when) became Scalar @specifiedBy(https://a.example/then)"
            ],
        ),
        ("key: String!", "key: String", [], ["@once(key:): String! became String"]),
        (
            "on FIELD",
            "on QUERY",
            [],
            ["@once: on FIELD, repeatable: False became on QUERY, repeatable: False"],
        ),
        ("interface Node", "type Node", ["Thing implements Node"], ["Node: Interface became Object"]),
        ("any: Any", "", ["Any", "Query.any"], []),
    ],
)
def test_each_difference_is_seen(was: str, becomes: str, missing: list[str], changed: list[str]) -> None:
    other = SMALL.replace(was, becomes, 1)
    assert other != SMALL
    if was == "any: Any":
        other = other.replace("union Any = Thing | Part", "")
    if was == "interface Node":
        other = other.replace("implements Node ", "")
    found = differences(build_schema(SMALL), build_schema(other))
    assert found == Differences(missing, changed, [])
    # The other way round, what was missing is what there is more.
    assert differences(build_schema(other), build_schema(SMALL)).more == missing


def test_what_stands_within_a_missing_type_is_not_listed_again() -> None:
    other = SMALL.replace("[Part!]!", "Int").replace("type Part { at: When }", "").replace(" | Part", "")
    assert differences(build_schema(SMALL), build_schema(other)).missing == ["Any holds Part", "Part"]
