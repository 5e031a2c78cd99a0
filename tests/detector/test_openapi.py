"""Schemathesis against the service's description: whatever may be sent gets an answer that the description allows."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import positive_data_acceptance

from bot.detector.checks import Checker
from bot.detector.children import Decoders
from bot.detector.scoring import Model
from bot.detector.server import create_app

from .sounds import encode, speech

VOICE = encode(speech(2.5))
KEY = {"X-API-Key": "key"}
# No schema can say "a recording that can be decoded": bytes of another kind are rightly refused. And 501 is an answer.
NOT_MEANT = [positive_data_acceptance, not_a_server_error]


@pytest.fixture(scope="module")
def api() -> Iterator[Any]:
    """The description of a running service."""
    app = create_app(Checker(Model.load(), Decoders(1)), workers=1, api_key="key")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, "127.0.0.1", port, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield schemathesis.openapi.from_url(f"http://127.0.0.1:{port}/openapi.json")
    server.should_exit = True
    thread.join()


OPERATIONS = [
    ("POST", "/v1/checks"),
    ("GET", "/v1/checks/{name}"),
    ("POST", "/v1/transcripts"),
    ("POST", "/v1/opinions"),
    ("POST", "/v1/fingerprints"),
    ("POST", "/v1/cuts"),
    ("GET", "/v1/voices"),
    ("POST", "/v1/voices"),
    ("GET", "/v1/info"),
    ("GET", "/healthz"),
    ("GET", "/metrics"),
]
MAY_BE_OFF = {"/v1/transcripts", "/v1/voices"}  # where the operator has no model for it


def test_nothing_described_is_left_out(api: Any) -> None:
    found = [operation.ok() for operation in api.get_all_operations()]
    assert {(each.method.upper(), each.path) for each in found} == set(OPERATIONS)


@pytest.mark.filterwarnings("ignore:Skipped test cases with unsupported payload media types")
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_answer_is_as_described(api: Any, method: str, path: str) -> None:
    operation = api[path][method]

    @settings(max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        response = case.call_and_validate(headers=KEY, excluded_checks=NOT_MEANT)
        assert response.status_code < 500 or (response.status_code == 501 and path in MAY_BE_OFF)

    ask()


@pytest.mark.parametrize("outside", ["", "resemble", "a" * 201])
def test_a_good_recording_is_answered_as_described(api: Any, outside: str) -> None:
    case = api["/v1/checks"]["POST"].Case(
        query={"outside": outside}, headers=KEY, body=VOICE, media_type="application/octet-stream"
    )
    response = case.call()
    case.validate_response(response, excluded_checks=NOT_MEANT)
    assert response.status_code == (422 if len(outside) > 200 else 200)
