"""The guest's copy contains all their data."""

import pytest

from tests.builders import Build
from tests.services.guest_words import LEFT_OUT, build_guest
from webapp.services.privacy.copy import guest_document


@pytest.mark.usefixtures("context")
def test_each_column_of_the_guest_is_in_the_copy(build: Build) -> None:
    words = build_guest(build)
    document = guest_document(words["guest.email"])
    missing = {column for column, word in words.items() if word not in document}
    forgotten = sorted(missing - set(LEFT_OUT))
    assert forgotten == [], (
        f"A guest does not get to see {', '.join(forgotten)}: add it in webapp/services/privacy/copy.py, or say in"
        " LEFT_OUT why not."
    )
    assert set(LEFT_OUT) - missing == set(), "Take out of LEFT_OUT what is in the copy."
