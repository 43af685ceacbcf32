"""Ways to break the application, which prove that each race and checker can fail. Selected by OPENSLOT_MUTANT.

Some rewrite statements of the web server (mutant/sitecustomize.py), the others change the tests' own database.
None of this is part of the product.
"""

import os

from sqlalchemy import Engine, text

CONSTRAINTS = (
    ("slot", "fk_slot_id_claimed_host_id_claim"),
    ("claim", "ex_claim_overlap"),
    ("claim", "pk_claim"),
    ("slot", "ck_slot_seats"),
    ("slot", "ck_slot_withdrawn_is_free"),
)
INDEXES = ("uq_booking_slot_id_seat", "uq_booking_slot_id_guest_id", "uq_slot_event_type_starts_at")

STATEMENTS = {
    "host-lock": (),
    "slot-lock": (),
    "check": (),
    "single-use": (),
    "constraints": (
        *(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}" for table, constraint in CONSTRAINTS),
        *(f"DROP INDEX {index}" for index in INDEXES),
    ),
    "old-snapshot": (),
    "keys": ("ALTER TABLE idempotency_key DROP CONSTRAINT pk_idempotency_key",),
}


def chosen_mutants() -> list[str]:
    names = [name for name in os.environ.get("OPENSLOT_MUTANT", "").split(",") if name]
    unknown = set(names) - set(STATEMENTS)
    if unknown:
        raise ValueError(f"unknown mutants: {', '.join(sorted(unknown))}; there are {', '.join(STATEMENTS)}")
    return names


def mutilate(owner: Engine) -> None:
    with owner.begin() as connection:
        for name in chosen_mutants():
            for statement in STATEMENTS[name]:
                connection.execute(text(statement))
