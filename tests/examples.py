"""With how many examples a property is tried: all of them, or a few where the run should be short (`make fast`)."""

import os

FEW = "FEW_EXAMPLES"


def examples(number: int) -> int:
    return number // 5 if os.environ.get(FEW) else number
