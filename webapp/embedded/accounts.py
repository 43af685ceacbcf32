"""The system account that runs Postgres, which refuses to run as root, and that owns its files.

If root starts it, that is an account of its own, without a name: whoever runs as the same user as Postgres is its
superuser, and `nobody` runs many things. Only `initdb` wants a user with a name, so it runs as `nobody`.
"""

import grp
import hashlib
import os
import pwd
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from webapp.embedded.processes import StartError

UNPRIVILEGED = "nobody"
# systemd's numbers for services that get a user only while they run: no administrator assigns them.
FIRST_UID, LAST_UID = 61184, 65519


@dataclass(frozen=True)
class Account:
    """The account that runs the server: the current user (no prefix), or another one if the current user is root."""

    uid: int
    gid: int
    prefix: tuple[str, ...] = ()


def account_of(cluster: Path, program: Path) -> Account:
    """The current user; if that is root, the owner of the cluster or an account of its own."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    uid = gid = _unused_uid(cluster)
    if cluster.exists() and (found := cluster.stat()).st_uid not in (0, pwd.getpwnam(UNPRIVILEGED).pw_uid):
        uid, gid = found.st_uid, found.st_gid  # by number: the owner of data from another machine may have no name here
    return Account(uid, gid, _setpriv(uid, gid, (cluster.parent, program)))


def named_account(account: Account, cluster: Path, program: Path) -> Account:
    """An account with a name to create the cluster for `account`."""
    if not account.prefix:
        return account
    nobody = pwd.getpwnam(UNPRIVILEGED)
    uid, gid = nobody.pw_uid, nobody.pw_gid
    return Account(uid, gid, _setpriv(uid, gid, (cluster.parent, program)))


def _unused_uid(cluster: Path) -> int:
    """The same for the same cluster; nobody on this machine has it."""
    known = {entry.pw_uid for entry in pwd.getpwall()} | {group.gr_gid for group in grp.getgrall()}
    numbers = [number for number in range(FIRST_UID, LAST_UID + 1) if number not in known]
    digest = hashlib.sha256(os.fsencode(cluster.resolve())).digest()
    return numbers[int.from_bytes(digest) % len(numbers)]


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
    if os.geteuid() == 0 and found.st_uid != account.uid:
        for path in (cluster, *cluster.rglob("*")):
            os.chown(path, account.uid, account.gid, follow_symlinks=False)
    if stat.S_IMODE(found.st_mode) & ~0o700:
        cluster.chmod(0o700)
