"""OpenTelemetry: a span for each request, and within it one for each round trip and each step of a scoring.

Imported only where OTEL_ENABLED is on. The steps are wrapped where they are called, so that the core knows nothing of
this and pays nothing where it is off. Spans hold names and numbers: no value that is bound, no header, no address.
"""

import functools
import importlib
import os
from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer

from scorer_v2.conf import settings
from scorer_v2.http.request_ids import current_request_id
from scorer_v2.observability.measurements import current

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# Where a step is called, and what its span is called.
STEPS = {
    "apps.registry.services": {"evaluate": "score"},
    "apps.registry.scoring.scoring": {
        "valid_stamps": "validate stamps",
        "deduplicate": "deduplicate",
        "weigh": "weigh",
        "build_score": "build the score",
        "award": "award points",
    },
}


def traced(get_response: GetResponse) -> GetResponse:
    """The application with spans."""
    tracer = _tracer()
    _instrument(tracer)

    def answer(request: HttpRequest) -> HttpResponseBase:
        parent = propagate.extract(request.headers)
        name = request.method or "request"
        with tracer.start_as_current_span(name, context=parent, kind=SpanKind.SERVER) as span:
            current().trace_id = trace.format_trace_id(span.get_span_context().trace_id)
            response = get_response(request)
            if span.is_recording():
                _describe(span, request, response)
            return response

    return answer


def _describe(span: Span, request: HttpRequest, response: HttpResponseBase) -> None:
    from scorer_v2.observability.request_log import route_of  # noqa: PLC0415 - which imports this module where it is wanted

    route, measured = route_of(request), current()
    span.update_name(f"{request.method} {route}")
    span.set_attributes(
        {
            "http.request.method": request.method or "",
            "http.route": route,
            "http.response.status_code": response.status_code,
            "scorer.request_id": current_request_id() or "",
            "scorer.round_trips": measured.round_trips,
            "scorer.community": measured.community or 0,
        }
    )
    if response.status_code >= 500:
        span.set_status(StatusCode.ERROR, measured.reason)


def _tracer() -> Tracer:
    """Of the host project's provider where it has one, else of our own."""
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        provider = TracerProvider(
            resource=Resource.create({SERVICE_NAME: settings.OTEL_SERVICE_NAME}),
            sampler=ParentBased(TraceIdRatioBased(settings.OTEL_TRACE_SAMPLING_RATE)),
        )
        provider.add_span_processor(_processor())
        trace.set_tracer_provider(provider)
    return trace.get_tracer("scorer_v2")


def _processor() -> SpanProcessor:
    """A function that sleeps between requests must send at once, to the collector beside it."""
    exporter = OTLPSpanExporter()
    return SimpleSpanProcessor(exporter) if "AWS_LAMBDA_FUNCTION_NAME" in os.environ else BatchSpanProcessor(exporter)


def _instrument(tracer: Tracer) -> None:
    for module_name, steps in STEPS.items():
        module = importlib.import_module(module_name)
        for function, name in steps.items():
            _wrap(module, function, functools.partial(_in_span, tracer, name))
    database = importlib.import_module("scorer_v2.database.round_trips")
    _wrap(database, "_carry_out", functools.partial(_round_trip, tracer))


def _wrap(module: Any, function: str, wrapper: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Once, however often the application is loaded."""
    original = getattr(module, function)
    if not hasattr(original, "__wrapped__"):
        setattr(module, function, wrapper(original))


def _in_span(tracer: Tracer, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(call)
    def step(*args: Any, **kwargs: Any) -> Any:
        with tracer.start_as_current_span(name):
            return call(*args, **kwargs)

    return step


def _round_trip(tracer: Tracer, call: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(call)
    def carry_out(steps: Sequence[Any], *others: Any) -> None:
        names = [step.statement.name for step in steps]
        with tracer.start_as_current_span("round trip", kind=SpanKind.CLIENT) as span:
            span.set_attributes({"db.system.name": "postgresql", "db.operation.batch.size": len(names)})
            span.set_attribute("scorer.statements", names)
            call(steps, *others)

    return carry_out
