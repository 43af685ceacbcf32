"""The division of the code into folders and modules."""

from tests.house.source import PROJECT_DIR, shape

LARGEST_FOLDER, LARGEST_NOUN = 15, 10
SHORTEST_FILE = 40  # lines, of a module that only one other imports

# Short, imported once, and modules nevertheless.
SHORT_MODULES = {
    "webapp.api.http.conditions": "If-Match, found by its name",
    "webapp.api.spec.docs": "a blueprint",
    "webapp.embedded.mailcatcher.catcher": "joins sink, store and page, which do not import each other",
    "webapp.web.accounts.home": "a blueprint",
    "webapp.web.operations.security_txt": "a blueprint",
    "webapp.web.operations.reload": "used while developing only",
    "webapp.web.shared.assets": "one thing that every answer goes through, as its neighbours are",
}


def test_folders_are_small() -> None:
    large = {folder: modules for folder, modules in shape().folders.items() if modules > LARGEST_FOLDER}
    assert not large, (
        f"More than {LARGEST_FOLDER} modules in a folder: {large}. Find the noun that some of them share, and make it a"
        " folder."
    )


def test_nouns_of_services_are_small() -> None:
    services = {folder: size for folder, size in shape().folders.items() if folder.startswith("webapp.services.")}
    assert len(services) > 10
    large = {folder: modules for folder, modules in services.items() if modules > LARGEST_NOUN}
    assert not large, (
        f"More than {LARGEST_NOUN} modules in a noun of services: {large}. Merge those that change together, or split"
        " the noun."
    )


def test_short_modules_have_several_importers() -> None:
    short = {name for name in shape().modules_with_one_importer if lines_of(name) < SHORTEST_FILE}
    new, stale = sorted(short - set(SHORT_MODULES)), sorted(set(SHORT_MODULES) - short)
    assert not new, (
        f"{', '.join(new)}: less than {SHORTEST_FILE} lines and imported by one module only. Merge it into that one, or"
        " give the reason in SHORT_MODULES of tests/house/test_layout.py."
    )
    assert not stale, f"{', '.join(stale)}: no longer short, or imported more than once. Remove it from SHORT_MODULES."


def lines_of(module: str) -> int:
    return (PROJECT_DIR / f"{module.replace('.', '/')}.py").read_text().count("\n")
