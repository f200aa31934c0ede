"""Traces for OpenTelemetry: a span for each operation and one for each of its statements, none for a field.

Names are GraphQL's own and those that the operator registered: a caller's name for an operation, or for a field in its
answer, may be anything, and would be kept where nobody looks for it. This is loaded only where traces are sent
somewhere: what it needs is in requirements/trace.txt.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from random import random
from time import perf_counter, time_ns
from typing import Final

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from mentorgraph.eyes.seen import OTHER, SEEN, Seen

SERVER_ERROR: Final = 500


class Tracing:
    """Makes spans of some requests: `sample` is the share of them."""

    def __init__(self, tracer: Tracer, sample: float) -> None:
        self.tracer = tracer
        self.sample = sample

    def statement(self, sql: str, seconds: float) -> None:
        """A statement was run, a moment ago, for the request that is being answered."""
        seen = SEEN.get()
        parent = None if seen is None else self._span(seen)
        if seen is None or parent is None:
            return

        end = time_ns()
        verb = sql.split(None, 1)[0].upper()
        said = {"db.system.name": "postgresql", "db.operation.name": verb}
        if seen.operation != OTHER:
            said["db.query.text"] = sql
        self.tracer.start_span(
            verb,
            set_span_in_context(parent),
            SpanKind.CLIENT,
            said,
            start_time=end - int(seconds * 1e9),
        ).end(end)

    def finish(self, seen: Seen) -> None:
        """A request is over."""
        span = self._span(seen)
        if span is None:
            return

        if seen.kind != "none":
            span.update_name(seen.kind)
            span.set_attribute("graphql.operation.type", seen.kind)
        if seen.operation != OTHER:
            span.set_attribute("graphql.operation.name", seen.operation)
        span.set_attribute("http.response.status_code", seen.status)
        span.set_attribute("mentorgraph.request.id", seen.id.decode())
        if seen.cost is not None:
            span.set_attribute("mentorgraph.cost", seen.cost)
        if seen.status >= SERVER_ERROR:
            span.set_status(StatusCode.ERROR)
        span.end()

    def _span(self, seen: Seen) -> Span | None:
        """The span of a request that is one of the sample; made when it is first asked for."""
        if seen.span is None and not seen.is_sampled_out:
            if random() >= self.sample:  # noqa: S311 - which requests are traced is no secret
                seen.is_sampled_out = True
                return None

            carrier = {"traceparent": seen.traceparent.decode("latin-1")} if seen.traceparent else {}
            seen.span = self.tracer.start_span(
                "GraphQL Operation",
                TraceContextTextMapPropagator().extract(carrier),
                SpanKind.SERVER,
                start_time=time_ns() - int((perf_counter() - seen.began) * 1e9),
            )
        return seen.span


@contextmanager
def sending(endpoint: str, sample: float) -> Iterator[Tracing]:
    """Send traces to that address, in OTLP over HTTP, from a thread of their own."""
    provider = TracerProvider(resource=Resource.create({"service.name": "mentorgraph"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint)))
    try:
        yield Tracing(provider.get_tracer("mentorgraph"), sample)
    finally:
        provider.shutdown()
