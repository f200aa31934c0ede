"""Traces: one span for an operation and one for each statement, under names that no caller can choose."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from mentorgraph.app import create_app
from mentorgraph.eyes import tracing as tracing_module
from mentorgraph.eyes.tracing import Tracing, sending
from mentorgraph.front import Front
from mentorgraph.settings import Settings
from those_who_ask import DOES_ALL, bearing

ADDRESS = "http://127.0.0.1:8400"
ENDPOINT = "http://127.0.0.1:1/v1/traces"
TRUSTED = "query Trusted { wikis { totalCount } }"
OWN = "query Secret { secretly: wikis { totalCount nodes { hidden: dbName } } }"


@dataclass
class Traced:
    front: Front
    exporter: InMemorySpanExporter
    tracing: Tracing

    async def ask(self, query: str, headers: dict[str, str] | None = None) -> list[ReadableSpan]:
        """The spans of one request, the operation's first."""
        self.exporter.clear()
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.front), base_url=ADDRESS) as client:
            answer = await client.post("/graphql", json={"query": query}, headers=headers)
        assert "errors" not in answer.json()
        for _ in range(3):
            await asyncio.sleep(0)  # asyncpg tells of a statement in the loop's next round
        return sorted(self.exporter.get_finished_spans(), key=lambda span: span.kind is not SpanKind.SERVER)


@pytest.fixture(scope="module")
async def traced(module_database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Traced]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing = Tracing(provider.get_tracer("tests"), 1.0)

    @contextmanager
    def kept(endpoint: str, sample: float) -> Iterator[Tracing]:
        assert (endpoint, sample) == (ENDPOINT, 0.05)
        yield tracing

    manifest = tmp_path_factory.mktemp("trusted") / "manifest.json"
    manifest.write_text(f'{{"sha256:1": "{TRUSTED}"}}')
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tracing_module, "sending", kept)
        front = create_app(Settings(otlp_endpoint=ENDPOINT, trusted_documents=manifest), module_database)
        async with front.running():
            yield Traced(front, exporter, tracing)


async def test_a_query_is_one_span_and_its_statement_another_and_its_fields_none(traced: Traced) -> None:
    await traced.ask(OWN)
    operation, statement = await traced.ask(OWN)
    assert (operation.name, operation.kind) == ("query", SpanKind.SERVER)
    assert (statement.name, statement.kind) == ("SELECT", SpanKind.CLIENT)
    assert statement.parent is not None
    assert operation.context is not None
    assert statement.parent.span_id == operation.context.span_id
    assert (operation.attributes or {})["graphql.operation.type"] == "query"
    assert (operation.attributes or {})["mentorgraph.cost"] == 121


async def test_no_name_that_a_caller_chose_is_in_a_trace(traced: Traced) -> None:
    spans = "".join(span.to_json() for span in await traced.ask(OWN))
    assert "Secret" not in spans
    assert "secretly" not in spans
    assert "hidden" not in spans


async def test_an_operation_that_the_operator_registered_has_its_name_and_statement_told(
    traced: Traced,
) -> None:
    await traced.ask(TRUSTED)
    operation, statement = await traced.ask(TRUSTED)
    assert (operation.attributes or {})["graphql.operation.name"] == "Trusted"
    assert str((statement.attributes or {})["db.query.text"]).startswith("SELECT")


async def test_a_mutation_has_a_span_for_each_of_its_statements(traced: Traced) -> None:
    mutation = (
        'mutation { addWiki(input: {dbName: "tracedwiki", url: "https://x.example"}) { wiki { dbName } } }'
    )
    operation, *statements = await traced.ask(mutation, bearing(DOES_ALL))
    assert operation.name == "mutation"
    assert {"INSERT", "SELECT"} <= {one.name for one in statements}


async def test_a_trace_that_began_elsewhere_goes_on_here(traced: Traced) -> None:
    trace, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    spans = await traced.ask(TRUSTED, {"traceparent": f"00-{trace}-{parent}-01"})
    assert {f"{span.context.trace_id:032x}" for span in spans if span.context} == {trace}
    assert spans[0].parent is not None
    assert f"{spans[0].parent.span_id:016x}" == parent


@pytest.mark.parametrize("traceparent", ["", "nonsense", "00-0-0-0"])
async def test_what_is_no_trace_begins_one(traced: Traced, traceparent: str) -> None:
    spans = await traced.ask(TRUSTED, {"traceparent": traceparent})
    assert spans[0].parent is None


async def test_who_is_not_of_the_sample_has_no_span(traced: Traced, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traced.tracing, "sample", 0.0)
    assert await traced.ask(TRUSTED) == []


def test_traces_are_sent_to_where_the_operator_says() -> None:
    with sending(ENDPOINT, 0.5) as tracing:
        assert tracing.sample == 0.5
        assert tracing.tracer.start_span("x").is_recording()
