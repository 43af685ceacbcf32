"""Which tests run in the same process: those that share an expensive fixture, like a running instance.

xdist's own `--dist loadgroup` reads marks, but with pytest 9.2 finds none of them (xdist 3.8 writes to an attribute
that no longer exists): each process would start its own instance, and races would run at the same time. Folders serve
the purpose as well.
"""

from xdist.scheduler import LoadScopeScheduling

GROUPS = {
    "tests/stories/": "stories",
    "tests/browser/": "browser",
    "tests/concurrency/": "race",
    "tests/outages/": "outages",
    "tests/processes/": "processes",
    "tests/house/": "house",  # which read the whole code base, and read it once
}


FILES = "tests/security/"  # each of which starts an instance of its own


class FolderScheduling(LoadScopeScheduling):
    """Tests of one group in one process, every other one where there is room."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid) or nodeid


def group_of(nodeid: str) -> str | None:
    if nodeid.startswith(FILES):
        return nodeid.partition("::")[0]
    return next((group for folder, group in GROUPS.items() if nodeid.startswith(folder)), None)
