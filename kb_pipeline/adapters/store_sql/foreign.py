"""Triggers, rules and views in our schema. We have none: whatever is there could change what we write, before it is sealed."""

from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.orm import Session

from kb_pipeline.domain.audit import AuditFinding
from kb_pipeline.errors import StoreError

_SQLITE = text("SELECT type, name, '' FROM sqlite_master WHERE type IN ('trigger', 'view') ORDER BY name")
_POSTGRES = text(
    """
    WITH ours AS (SELECT oid, relname, relkind FROM pg_class WHERE relnamespace = current_schema()::regnamespace)
    SELECT 'trigger', tgname, relname FROM pg_trigger JOIN ours ON ours.oid = tgrelid WHERE NOT tgisinternal
    UNION ALL
    SELECT 'rule', rulename, relname FROM pg_rewrite JOIN ours ON ours.oid = ev_class WHERE rulename <> '_RETURN'
    UNION ALL
    SELECT 'view', relname, '' FROM ours
    WHERE relkind = 'v' AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = ours.oid AND deptype = 'e')
    """  # deptype 'e': it came with an extension
)


def foreign_objects(session: Session) -> Iterator[AuditFinding]:
    """Each of them, with what takes it away. One query of some microseconds."""
    query = _POSTGRES if session.get_bind().dialect.name == "postgresql" else _SQLITE
    for kind, name, table in session.execute(query).tuples():
        drop = f"DROP {kind.upper()} {name}" + (f" ON {table}" if table else "")
        yield AuditFinding(
            place=f"{kind} {name}",
            message="is in the database, and none is ours: it may change what is written",
            remedy=f"with the database's own client: {drop}; then look who made it, and at: kb audit verify",
        )


def refuse_foreign(session: Session) -> None:
    """Raises StoreError if there is one."""
    for found in foreign_objects(session):
        raise StoreError(f"the {found}", found.remedy)
