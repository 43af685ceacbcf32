"""Who runs Postgres, which refuses to run as root, and who owns its files."""

import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from webapp.embedded.processes import StartError

UNPRIVILEGED = "nobody"


@dataclass(frozen=True)
class Account:
    """Who runs the server: ourselves (no prefix), or for root somebody else."""

    uid: int
    gid: int
    prefix: tuple[str, ...] = ()


def account_of(cluster: Path, program: Path) -> Account:
    """Of the cluster's owner; for root somebody who may run it."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    import pwd

    nobody = pwd.getpwnam(UNPRIVILEGED)
    uid, gid = nobody.pw_uid, nobody.pw_gid
    if cluster.exists() and (found := cluster.stat()).st_uid:
        uid, gid = found.st_uid, found.st_gid  # by number: data of another machine may belong to nobody known here
    return Account(uid, gid, _setpriv(uid, gid, (cluster.parent, program)))


def _setpriv(uid: int, gid: int, needed: tuple[Path, ...]) -> tuple[str, ...]:
    """The command that drops root.

    Where a path is closed to others (a project in /root), one capability stays, to pass through: otherwise
    directories would have to be opened to everybody. The securebit lets access(2) count it, too.
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
    """A copy made by root (`cp -r`) belongs to root, who may not run the server; others may have lost its mode."""
    found = cluster.stat()
    if os.geteuid() == 0 and found.st_uid == 0:
        for path in (cluster, *cluster.rglob("*")):
            os.chown(path, account.uid, account.gid, follow_symlinks=False)
    if stat.S_IMODE(found.st_mode) & ~0o700:
        cluster.chmod(0o700)
