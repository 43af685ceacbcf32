"""Cells of tables that people open in a spreadsheet, which would run a text that looks like a formula.

See OWASP, CSV injection. Where numbers are written with a comma, spreadsheets split cells at semicolons, also inside
quotes: what follows a semicolon or a line break is guarded, too, except for the dash of a list.
"""

import re

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_INNER_FORMULA = re.compile(r"(?<=[;\t\n])( *)([=+@＝＋＠]|[-－](?=\S))")


def text_cell(text: str) -> str:
    """With an apostrophe before whatever looks like a formula: it stays text."""
    text = _INNER_FORMULA.sub(r"\1'\2", text)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
