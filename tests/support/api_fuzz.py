"""The REST interface tried against its own description.

Run as a program (`make api-fuzz`) it tries more than the gate does.
"""

from __future__ import annotations

from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

LEFT_OUT = {
    "positive_data_acceptance",  # what fits the schema may still name nothing that is there
    "use_after_free",
    "ensure_resource_availability",
}


def tried(token: str, known: dict[str, str], examples: int) -> int:
    """Send many requests, wild ones and proper ones; how many there were.

    Args:
        token: of who asks.
        known: name of a path's parameter -> an id that is there.
        examples: for each operation, and each of the two kinds.

    Raises:
        Exception: an answer that the description does not allow, or a failure of the server.
    """
    from grader.web.wsgi import application

    headers = {"Authorization": f"Bearer {token}"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    checks = [check for check in CHECKS.get_all() if check.__name__ not in LEFT_OUT]
    count = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            if mode is GenerationMode.NEGATIVE and not _can_be_wrong(operation):
                continue
            count += _tried(operation, mode, headers, known, checks, examples)
    return count


def _can_be_wrong(operation: Any) -> bool:
    return bool(operation.query or operation.headers or operation.body)


def _tried(
    operation: Any,
    mode: Any,
    headers: dict[str, str],
    known: dict[str, str],
    checks: list[Any],
    examples: int,
) -> int:
    count = 0

    @seed(1)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode), st.integers(0, 3))
    def run(case: Any, luck: int) -> None:
        nonlocal count
        count += 1
        if luck:
            for name in case.path_parameters or {}:
                case.path_parameters[name] = known[name]
        response = case.call(headers=headers)
        case.validate_response(response, checks=checks, headers=headers)

    run()
    return count
