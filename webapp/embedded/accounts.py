"""The system account that runs Postgres, which refuses to run as root, and that owns its files."""

import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from webapp.embedded.processes import StartError

UNPRIVILEGED = "nobody"


@dataclass(frozen=True)
class Account:
    """The account that runs the server: the current user (no prefix), or another one if the current user is root."""

    uid: int
    gid: int
    prefix: tuple[str, ...] = ()


def account_of(cluster: Path, program: Path) -> Account:
    """The current user; if that is root, the owner of the cluster or an unprivileged account."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    import pwd

    nobody = pwd.getpwnam(UNPRIVILEGED)
    uid, gid = nobody.pw_uid, nobody.pw_gid
    if cluster.exists() and (found := cluster.stat()).st_uid:
        uid, gid = found.st_uid, found.st_gid  # by number: the owner of data from another machine may have no name here
    return Account(uid, gid, _setpriv(uid, gid, (cluster.parent, program)))


def _setpriv(uid: int, gid: int, needed: tuple[Path, ...]) -> tuple[str, ...]:
    """The command that drops root.

    If a path is closed to others (a project in /root), one capability for traversing it is kept; otherwise
    directories would have to be opened to everybody. The securebit makes access(2) respect it, too.
    """
    if not (setpriv := shutil.which("setpriv")):
        raise StartError(
            "Postgres does not run as root and `setpriv` is missing: install util-linux or use another user"
        )
    prefix = (setpriv, f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "--pdeathsig=INT")
    if all(_is_open_to_others(path) for path in needed):
        return prefix
    return (*prefix, "--securebits=+no_setuid_fixup", "--inh-caps=+dac_override", "--ambient-caps=+dac_override")


def _is_open_to_others(path: Path) -> bool:
    return all(step.stat().st_mode & stat.S_IXOTH for step in (path, *path.parents))


def adopt(cluster: Path, account: Account) -> None:
    """Set the owner and mode that Postgres requires: a copy by root (`cp -r`) belongs to root, and other copies may
    have lost the mode."""
    found = cluster.stat()
    if os.geteuid() == 0 and found.st_uid == 0:
        for path in (cluster, *cluster.rglob("*")):
            os.chown(path, account.uid, account.gid, follow_symlinks=False)
    if stat.S_IMODE(found.st_mode) & ~0o700:
        cluster.chmod(0o700)
