"""The worker's side of uploads: lease a document, restore it, and note the outcome in the same transaction."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from webapp.core.db import session as current_session
from webapp.core.db import transactional, within_transaction
from webapp.domain.actor import host_actor
from webapp.domain.errors import Invalid
from webapp.models import HostImport, ImportStatus
from webapp.services.portability.document import HostDocument
from webapp.services.portability.restore import AccountNotEmpty, import_document, uploaded_document
from webapp.services.portability.uploads import RESULTS_KEPT, finish

LEASE = timedelta(minutes=2)
MOST_LEASED = 2  # documents of all hosts that are read at the same time
MOST_ATTEMPTS = 3  # then it is the document that ends workers
MOST_FAULTS = 20
NOT_EMPTY = {"": ["There is something in this account already."]}
TOO_SLOW = {"": ["It takes too long to read. Ask who runs this site to import the file."]}
FAILED = {"": ["It could not be read to its end. Try again, or ask who runs this site to import the file."]}


@dataclass(frozen=True, slots=True)
class ImportLease:
    """One attempt at a host's document. It is over as soon as the row counts another one."""

    host_id: int
    attempts: int


def lease_uploads(session: Session) -> list[ImportLease]:
    """Documents to restore now; those that failed too often are refused."""
    is_due = HostImport.status == ImportStatus.WAITING, HostImport.due_at <= func.now()
    hopeless = select(HostImport.host_id).where(*is_due, HostImport.attempts >= MOST_ATTEMPTS)
    for host_id in session.scalars(hopeless.with_for_update(skip_locked=True)).all():
        finish(session, host_id, FAILED)
    leased = select(func.count()).where(HostImport.status == ImportStatus.WAITING, HostImport.due_at > func.now())
    room = MOST_LEASED - session.scalars(leased).one()
    due = select(HostImport.host_id).where(*is_due).order_by(HostImport.due_at).limit(max(room, 0))
    lease = (
        update(HostImport)
        .where(HostImport.host_id.in_(due.with_for_update(skip_locked=True).scalar_subquery()))
        .values(attempts=HostImport.attempts + 1, due_at=func.now() + LEASE)
    )
    return [ImportLease(*row) for row in session.execute(lease.returning(HostImport.host_id, HostImport.attempts))]


def restore_upload(lease: ImportLease, *, reserved: Collection[str]) -> None:
    """Restore the document or note why not; nothing happens if the lease is over. Raises Overloaded."""
    content = _content(lease)
    if content is None:
        return
    try:
        _restore(lease, uploaded_document(content), reserved)
    except Invalid as fault:
        refuse_upload(lease, dict(list(fault.errors.items())[:MOST_FAULTS]))
    except AccountNotEmpty:
        refuse_upload(lease, NOT_EMPTY)


@transactional
def refuse_upload(session: Session, lease: ImportLease, faults: Mapping[str, Sequence[str]]) -> None:
    if _holds(session, lease):
        finish(session, lease.host_id, faults)


@transactional
def _restore(session: Session, lease: ImportLease, document: HostDocument, reserved: Collection[str]) -> None:
    if not _holds(session, lease):
        return
    with within_transaction(session):
        actor = host_actor(lease.host_id)
        imported = import_document(document, host_id=lease.host_id, reserved=reserved, actor=actor)
    finish(session, lease.host_id, imported)


def _content(lease: ImportLease) -> bytes | None:
    """Ends the read transaction, so that none is open while the document is read."""
    session = current_session()
    query = select(HostImport.document).where(HostImport.host_id == lease.host_id)
    content = session.scalars(query.where(HostImport.attempts == lease.attempts)).first()
    session.rollback()
    return content


def _holds(session: Session, lease: ImportLease) -> bool:
    """Whether the lease is not over. Keeps another attempt waiting until the end of this transaction."""
    mine = HostImport.host_id == lease.host_id, HostImport.attempts == lease.attempts
    held = select(HostImport.host_id).where(*mine, HostImport.status == ImportStatus.WAITING).with_for_update()
    return session.scalars(held).first() is not None


def forget_uploads(session: Session) -> None:
    """Delete outcomes that the host has had a day to read."""
    session.execute(delete(HostImport).where(HostImport.finished_at < func.now() - RESULTS_KEPT))
