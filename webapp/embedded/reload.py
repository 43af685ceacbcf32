"""`make run RELOAD=1`: which files have changed since the last check, and whether Python can compile them.

Pages read changed templates and styles by themselves (webapp.web.operations.reload); the worker, which renders mails,
does not.
"""

from pathlib import Path

CODE = ("webapp/**/*.py", "wsgi.py", "worker.py")
MAILS = ("templates/emails/**/*",)


class Sources:
    """The files of a project that its processes read at their start."""

    def __init__(self, project: Path) -> None:
        self._project = project
        self._seen = self._look()
        self._faulty: set[Path] = set()

    def changed(self) -> list[Path]:
        """Files that have changed or disappeared since the last call; relative to the project."""
        before, self._seen = self._seen, self._look()
        return sorted(path for path in before.keys() | self._seen if before.get(path) != self._seen.get(path))

    def fault(self, changed: list[Path]) -> str:
        """Why the code cannot start, in one line; empty if all changed files can be compiled."""
        faults = {path: fault for path in self._faulty.union(changed) if (fault := self._fault(path))}
        self._faulty = set(faults)
        return "; ".join(faults.values())

    def _fault(self, path: Path) -> str:
        if path.suffix != ".py" or not (self._project / path).is_file():
            return ""
        try:
            compile((self._project / path).read_bytes(), str(path), "exec", dont_inherit=True)
        except SyntaxError as error:
            return f"{path}:{error.lineno}: {error.msg}"
        except (OSError, ValueError) as error:
            return f"{path}: {error}"
        return ""

    def _look(self) -> dict[Path, tuple[int, int]]:
        found = {}
        for pattern in (*CODE, *MAILS):
            for path in self._project.glob(pattern):
                try:
                    stat = path.stat()
                except FileNotFoundError:  # an editor is just replacing it
                    continue
                found[path.relative_to(self._project)] = (stat.st_mtime_ns, stat.st_size)
        return found
