"""Numbers of rows, as requests and files bring them."""

LARGEST = 2**63 - 1  # of a bigint; Postgres refuses to compare with more
_DIGITS = len(str(LARGEST))


def row_id(text: str) -> int:
    """Raises ValueError for what is the number of no row, before the database would."""
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS and int(text) <= LARGEST):
        raise ValueError("no number of a row")
    return int(text)
