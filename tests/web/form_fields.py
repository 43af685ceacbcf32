"""The fields of a form as a browser would send them, including repeated names, checkboxes and selects."""

from html.parser import HTMLParser

from werkzeug.datastructures import MultiDict

CHECKABLE = ("checkbox", "radio")


class _Fields(HTMLParser):
    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id = form_id
        self.fields: list[tuple[str, str]] = []
        self._is_inside = False
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_inside = given.get("id") == self.form_id
        belongs = self._is_inside or given.get("form") == self.form_id
        if tag == "input" and belongs and given.get("name"):
            if given.get("type") not in CHECKABLE or "checked" in given:
                self.fields.append((given["name"], given.get("value", "on")))
        elif tag == "select" and belongs:
            self._select, self._options = given["name"], []
        elif tag == "option" and self._select:
            self._options.append((given.get("value", ""), "selected" in given))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False
        elif tag == "select" and self._select:
            chosen = [value for value, is_selected in self._options if is_selected]
            self.fields.append((self._select, (chosen or [self._options[0][0]])[0]))
            self._select = None


def form_fields(page: str, form_id: str) -> MultiDict[str, str]:
    parser = _Fields(form_id)
    parser.feed(page)
    assert parser.fields, f"no form {form_id}"
    return MultiDict(parser.fields)
