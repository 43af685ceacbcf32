"""The number of examples in property tests: all, or a few for a short run (`make fast`)."""

import os

FEW = "FEW_EXAMPLES"


def examples(number: int) -> int:
    return number // 5 if os.environ.get(FEW) else number
