"""The API answers as its OpenAPI document says, whatever is asked: schemathesis makes it up."""

import shutil
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.types import ASGIApp

from index.config import Config, Web
from search.web.app import application
from tests.test_web_access import ADMINISTRATOR, WITH_TOKENS, bearer


@pytest.fixture(scope="module")
def app(samples_archive: Path, tmp_path_factory: pytest.TempPathFactory) -> ASGIApp:
    """An application that may change its archive."""
    archive = tmp_path_factory.mktemp("schema") / "archive"
    shutil.copytree(samples_archive, archive)
    return application(archive, Config(web=Web(admin_tokens=WITH_TOKENS["admin_tokens"])))


@pytest.mark.parametrize(
    "examples", [pytest.param(8, id="few"), pytest.param(200, id="many", marks=pytest.mark.full)]
)
def test_each_operation_answers_as_described(app: ASGIApp, examples: int) -> None:
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)
    operations = [found.ok() for found in schema.get_all_operations()]
    for operation in operations:

        @seed(7)
        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def answers_as_described(case: schemathesis.Case) -> None:
            case.headers.update(bearer(ADMINISTRATOR))
            # A name that no article has is refused, and no type can say which those are.
            case.call_and_validate(excluded_checks=[positive_data_acceptance])

        answers_as_described()
    assert len(operations) >= 14
