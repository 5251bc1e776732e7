"""docs/language.md says what the program does."""

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "language.md"


def test_the_examples_come_out_as_the_page_says() -> None:
    failed, tried = doctest.testfile(str(PAGE), module_relative=False)
    assert failed == 0
    assert tried > 20
