"""gql, Python's client of GraphQL: it reads the schema, asks, changes something, and watches."""

from datetime import UTC, datetime

import pytest
from gql import Client, GraphQLRequest, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

from acceptance.client import serving
from acceptance.in_process import written
from those_who_ask import DOES_ALL, bearing

pytestmark = pytest.mark.acceptance

ADD = gql(
    'mutation { addWiki(input: {dbName: "x", url: "https://x.example"}) { wiki { dbName } userErrors { code } } }'
)
REGISTER = gql("""
  mutation($input: RecordRegistrationInput!) {
    recordRegistration(input: $input) { mentee { name } userErrors { message } }
  }
""")
ENROLL = gql('mutation { enrollMentor(input: {wiki: "x", account: {userId: "1"}}) { mentor { name } } }')
MENTEES = gql('{ wiki(dbName: "x") { eventCursor mentees { nodes { name mentor { name } } } } }')
WATCH = gql(
    'subscription($after: String!) { relationshipEvents(wiki: "x", after: $after) { node { kind } } }'
)


async def test_pythons_client_asks_changes_and_watches(database: str) -> None:
    with serving(database, bootstrap_token=DOES_ALL) as address:
        ways = (
            HTTPXAsyncTransport(f"{address}/graphql", headers=bearing(DOES_ALL)),
            WebsocketsTransport(
                f"{address.replace('http', 'ws', 1)}/graphql",
                init_payload=bearing(DOES_ALL),
                subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
            ),
        )
        async with Client(transport=ways[0], fetch_schema_from_transport=True) as http:
            assert http.client.schema is not None
            told = await http.execute(ADD)
            assert told["addWiki"] == {"wiki": {"dbName": "x"}, "userErrors": []}
            before = (await http.execute(MENTEES))["wiki"]["eventCursor"]
            for user, name in (("1", "Mentor Ada"), ("2", "Newcomer")):
                entry = {"wiki": "x", "userId": user, "name": name, "source": "test", "sourceId": user}
                said = entry | {"occurredAt": written(datetime.now(UTC)), "assign": user != "1"}
                await http.execute(GraphQLRequest(REGISTER, variable_values={"input": said}))
                if user == "1":
                    await http.execute(ENROLL)
            [newcomer] = (await http.execute(MENTEES))["wiki"]["mentees"]["nodes"]
            assert newcomer == {"name": "Newcomer", "mentor": {"name": "Mentor Ada"}}
            with pytest.raises(TransportQueryError) as refused:
                await http.execute(gql('{ node(id: "cat") { id } }'))
            [error] = list(refused.value.errors or ())
            assert error["extensions"]["code"] == "BAD_ID"
        async with Client(transport=ways[1]) as socket:
            async for told in socket.subscribe(GraphQLRequest(WATCH, variable_values={"after": before})):
                assert told["relationshipEvents"]["node"]["kind"] == "STARTED"
                break
