"""Which tests run in one process: those that share something dear, like a running instance of the application.

xdist's own `--dist loadgroup` reads marks, and with pytest 9.2 finds none of them (xdist 3.8 writes to an attribute
that is no longer there): each process then starts an instance of its own, and races run beside each other. Folders tell
as much.
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


class FolderScheduling(LoadScopeScheduling):
    """Tests of one group in one process, every other one where there is room."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid) or nodeid


def group_of(nodeid: str) -> str | None:
    return next((group for folder, group in GROUPS.items() if nodeid.startswith(folder)), None)
