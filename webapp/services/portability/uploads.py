"""Documents that hosts upload: stored by the web server, restored by the worker, one after the other.

Reading a document of 16 MB takes seconds of processor time and up to 400 MB. The row in Postgres is the truth: a job in
the queue only says that there is one, and may be lost or run twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from webapp.core.db import notify_after_commit, transactional
from webapp.core.db import session as current_session
from webapp.domain.actor import Actor
from webapp.domain.errors import Conflict, Overloaded
from webapp.models import HostImport, ImportStatus
from webapp.services.portability.restore import AccountNotEmpty, Imported, can_import
from webapp.services.shared.access import require_host
from webapp.services.shared.outbox import CHANNEL

LARGEST = 16_000_000  # bytes; a booking takes less than a kilobyte
MOST_WAITING = 20  # of all hosts
RESULTS_KEPT = timedelta(days=1)


class ImportWaiting(Conflict):
    """An earlier document of this host has not been restored yet."""

    code = "import_waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What became of a host's last upload: waiting, imported, or refused with its faults by their place in it."""

    imported: Imported | None = None
    faults: Mapping[str, Sequence[str]] | None = None

    @property
    def is_waiting(self) -> bool:
        return self.imported is None and self.faults is None


@transactional
def store_upload(session: Session, content: bytes, *, host_id: int, actor: Actor) -> None:
    """Store a document for the worker, which is woken. Raises AccountNotEmpty, ImportWaiting, Overloaded."""
    require_host(actor, host_id)
    waiting = select(func.count()).where(HostImport.status == ImportStatus.WAITING)
    if session.scalars(waiting).one() >= MOST_WAITING:
        raise Overloaded("too many files are being restored")
    new = {"status": ImportStatus.WAITING, "document": content, "result": {}, "attempts": 0, "finished_at": None}
    new |= {"created_at": func.now(), "due_at": func.now()}
    stored = (
        insert(HostImport)
        .values(host_id=host_id, **new)
        .on_conflict_do_update(
            index_elements=[HostImport.host_id], set_=new, where=HostImport.status != ImportStatus.WAITING
        )
        .returning(HostImport.host_id)
    )
    if session.scalars(stored).first() is None:
        raise ImportWaiting
    if not can_import(host_id):
        raise AccountNotEmpty
    notify_after_commit(session, CHANNEL)


def last_upload(host_id: int) -> Upload | None:
    """None if there is none, or it was long ago."""
    query = select(HostImport.status, HostImport.result).where(HostImport.host_id == host_id)
    row = current_session().execute(query).first()
    if row is None:
        return None
    if row.status == ImportStatus.DONE:
        return Upload(imported=Imported(**row.result))
    return Upload(faults=row.result) if row.status == ImportStatus.REFUSED else Upload()


def finish(session: Session, host_id: int, outcome: Imported | Mapping[str, Sequence[str]]) -> None:
    """Note the outcome and drop the document, in the caller's transaction."""
    is_done = isinstance(outcome, Imported)
    values = {
        "status": ImportStatus.DONE if is_done else ImportStatus.REFUSED,
        "result": asdict(outcome) if isinstance(outcome, Imported) else dict(outcome),
        "document": None,
        "finished_at": func.now(),
    }
    session.execute(update(HostImport).where(HostImport.host_id == host_id).values(values))
