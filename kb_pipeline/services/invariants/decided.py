"""What people decided, and the trail of it."""

from collections import Counter
from collections.abc import Iterator

from kb_pipeline.domain.audit import AuditEvent
from kb_pipeline.domain.changes import Verdict
from kb_pipeline.services.invariants.home import RESTORE, Breach, Home

_MOVES = ("change.", "entry.", "release.")  # how the actions begin that move a state
_VERDICTS = frozenset(f"change.{verdict}" for verdict in Verdict)


def decisions_are_there_once(home: Home) -> Iterator[Breach]:
    """I1: the decisions that were kept, and those that the trail tells of, are the same, each once."""
    kept = Counter((d.change_id, f"change.{d.verdict}", d.actor) for d in home.store.all_decisions())
    told = Counter((e.subject, e.action, e.actor) for e in home.store.events() if e.action in _VERDICTS)
    for change, action, actor in sorted((told - kept).keys()):
        yield Breach(f"{action} of {change} by {actor} is in the trail, and not among the decisions", RESTORE)
    for change, action, actor in sorted((kept - told).keys()):
        yield Breach(f"{action} of {change} by {actor} was kept, and is not in the trail", RESTORE)


def events_are_the_states(home: Home) -> Iterator[Breach]:
    """I6: every change, entry and release stands as the last event of its history says."""
    standings, last = home.store.standings(), _last_moves(home)
    for subject, standing in standings.items():
        event = last.get(subject)
        if event is None:
            if standing["state"] != "proposed":  # an imported entry is born so, and has no move yet
                yield Breach(f"{subject} is {standing['state']}, and nothing in the trail made it so", RESTORE)
            continue
        after = event.after or {}
        both = sorted(standing.keys() & after.keys())
        off = [f"{name} {standing[name]}, not {after[name]}" for name in both if standing[name] != after[name]]
        if off:
            yield Breach(f"{subject} has {', '.join(off)}, as event {event.seq} ({event.action}) says", RESTORE)
    for subject in sorted(last.keys() - standings.keys()):
        yield Breach(f"{subject} is gone, and event {last[subject].seq} tells of it", RESTORE)


def trail_is_whole(home: Home) -> Iterator[Breach]:
    """I7: the audit trail proves itself, and explains what is stored."""
    for finding in home.store.verify_trail().findings:
        yield Breach(f"the audit trail does not hold: {finding}", finding.remedy or RESTORE)


def _last_moves(home: Home) -> dict[str, AuditEvent]:
    """The last event of each subject that says a state."""
    events = (e for e in home.store.events() if e.action.startswith(_MOVES) and "state" in (e.after or {}))
    return {event.subject: event for event in events}
