"""The second one."""

revision: str = "0002"
down_revision: str | None = "0001"
