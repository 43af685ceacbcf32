"""The division of the code into folders and modules."""

from tests.house.source import PROJECT_DIR, shape

LARGEST_FOLDER, LARGEST_NOUN = 15, 10
SHORTEST_FILE = 40  # lines, of a module that only one other imports

# Short, imported once, and modules nevertheless.
SHORT_MODULES = {
    "webapp.api.http.conditions": "If-Match, which somebody looks for by its name",
    "webapp.api.spec.docs": "a blueprint",
    "webapp.embedded.mailcatcher.catcher": "joins sink, store and page, which do not know each other",
    "webapp.web.accounts.home": "a blueprint",
    "webapp.web.operations.reload": "used while developing only",
    "webapp.web.shared.assets": "one thing that every answer goes through, as its neighbours are",
}


def test_folders_are_small() -> None:
    large = {folder: modules for folder, modules in shape().folders.items() if modules > LARGEST_FOLDER}
    assert large == {}, "too many modules in one folder: look for the noun that some of them share, make it a folder"


def test_nouns_of_services_are_small() -> None:
    services = {folder: size for folder, size in shape().folders.items() if folder.startswith("webapp.services.")}
    assert len(services) > 10
    large = {folder: modules for folder, modules in services.items() if modules > LARGEST_NOUN}
    assert large == {}, "a noun of services has too many modules: merge those that change together, or split the noun"


def test_short_modules_have_several_importers() -> None:
    short = {name for name in shape().modules_with_one_importer if lines_of(name) < SHORTEST_FILE}
    assert short - set(SHORT_MODULES) == set(), (
        "short, and imported by one module only: merge it into that one, or give the reason in SHORT_MODULES"
    )
    assert set(SHORT_MODULES) - short == set(), "no longer short or imported once: take it out of SHORT_MODULES"


def lines_of(module: str) -> int:
    return (PROJECT_DIR / f"{module.replace('.', '/')}.py").read_text().count("\n")
