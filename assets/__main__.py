"""`python -m assets`: materialize everything through the code location, in this process, without a daemon or a web server."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import dagster as dg

from assets.automation import market_job, source_job
from assets.definitions import build_defs
from assets.instance import open_instance, process_tags
from assets.partitions import MARKETS
from assets.resources import PipelineResource
from kb_pipeline.bootstrap import build_pipeline
from kb_pipeline.cli.display import RichProgress, load_settings
from kb_pipeline.ports.models import LLM
from kb_pipeline.ports.progress import Progress
from kb_pipeline.services.draft.run import Pipeline
from kb_pipeline.settings import Settings
from kb_pipeline.steps.language.tags import known_tag

_EPILOG = """
The assets of the source come first, then those of each market, up to staged changes. What is unchanged costs nothing,
and a killed run goes on where it was. The runs are kept in KB_HOME/dagster; to look at them, at samples and at checks:

  DAGSTER_HOME=$PWD/var/dagster dagster dev

examples:
  python -m assets                                    everything, all markets
  python -m assets --market th-TH --limit 3           a first look: three articles, one market
  python -m assets --source DIR --home /tmp/trial     other articles, and a home of their own

exit code: 0 all done; 1 a step or an item failed, or it was stopped; 2 the call's words are off
"""
_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}  # failures are told below, and kept in the run's log


def main(arguments: Sequence[str] | None = None, *, llm: LLM | None = None) -> int:
    """Run it all with `llm` (None: the model of the settings); the exit code."""
    options = _parser().parse_args(arguments)
    settings = load_settings()
    settings = settings.model_copy(update={"home": options.home or settings.home})
    defs = build_defs(settings, pipeline=_pipeline(settings, options, llm))
    with open_instance(settings.home) as instance:
        try:
            done = _materialize(defs, instance, options.market or MARKETS.get_partition_keys())
        except (KeyboardInterrupt, dg.DagsterExecutionInterruptedError):
            sys.stderr.write("stopped; finished work is kept: run it again to go on\n")
            return 1
    return 0 if done else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m assets",
        description="Materialize the knowledge base's assets, from articles to staged changes.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--source", type=_folder, metavar="DIR", help="folder of the source articles; default KB_SOURCE_DIR")
    parser.add_argument(
        "--market", action="append", metavar="TAG", type=_tag, choices=MARKETS.get_partition_keys(),
        help="market to bring up to date, may be repeated; default all: " + ", ".join(MARKETS.get_partition_keys()),
    )  # fmt: skip
    parser.add_argument("--limit", type=_count, metavar="N", help="read at most this many articles")
    parser.add_argument(
        "--only", action="append", metavar="PATTERN", help="read only these paths, e.g. 'en/*'; may be repeated"
    )
    parser.add_argument("--home", type=Path, metavar="DIR", help="where all state lives; default KB_HOME")
    return parser


def _folder(text: str) -> Path:
    if not Path(text).is_dir():
        raise argparse.ArgumentTypeError(f"'{text}' is no folder")
    return Path(text)


def _tag(text: str) -> str:
    """A market's tag, in any case, as its folder writes it."""
    return known_tag(text, MARKETS.get_partition_keys()) or text


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' is no number above zero")
    return int(text)


def _pipeline(settings: Settings, options: argparse.Namespace, llm: LLM | None) -> PipelineResource:
    """The resource with its progress on stderr, where the person is, instead of in the run's log."""

    def wire(_: Progress, **given: object) -> Pipeline:
        return build_pipeline(settings, RichProgress(), llm=llm, **given)  # type: ignore[arg-type] # as PipelineResource gives them

    source = options.source or settings.source_dir
    wired = dg.ResourceDefinition.hardcoded_resource(wire)
    return PipelineResource(source_dir=str(source), limit=options.limit, only=options.only, wire=wired)


def _materialize(defs: dg.Definitions, instance: dg.DagsterInstance, markets: Sequence[str]) -> bool:
    """The source's job, then each market's; whether nothing failed. A market that fails does not stop the others."""
    if not _run(defs, instance, source_job.name, None):
        return False
    done = [_run(defs, instance, market_job.name, tag) for tag in dict.fromkeys(markets)]
    return all(done)


def _run(defs: dg.Definitions, instance: dg.DagsterInstance, job: str, market: str | None) -> bool:
    result = defs.resolve_job_def(job).execute_in_process(
        instance=instance, partition_key=market, run_config=_QUIET, tags=process_tags(), raise_on_error=False
    )
    return _print_steps(result, market or "source")


def _print_steps(result: dg.ExecuteInProcessResult, part: str) -> bool:
    """One line per step, and what went wrong; whether nothing did."""
    clean = result.success
    for event in result.all_events:
        step = event.step_key or ""
        if event.is_step_success:
            sys.stdout.write(f"{part:<8} {step:<46} {event.step_success_data.duration_ms / 1000:7.1f} s\n")
        elif event.is_step_failure:
            sys.stdout.write(f"{part:<8} {step:<46}  failed\n  {_reason(event)}\n")
        elif event.event_type is dg.DagsterEventType.STEP_SKIPPED:
            sys.stdout.write(f"{part:<8} {step:<46} skipped\n")
        elif event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            clean = _print_check(event.asset_check_evaluation_data, part) and clean
    return clean


def _print_check(check: dg.AssetCheckEvaluation, part: str) -> bool:
    if check.passed:
        return True
    numbers = ", ".join(f"{k} {v.value}" for k, v in check.metadata.items() if isinstance(v, dg.IntMetadataValue))
    sys.stdout.write(f"{part:<8} {check.check_name:<46} {check.severity.value.lower()}: {numbers}\n")
    return "failures" not in check.metadata


def _reason(event: dg.DagsterEvent) -> str:
    failure = event.step_failure_data
    if failure.user_failure_data and failure.user_failure_data.description:
        return failure.user_failure_data.description
    return failure.error.to_string() if failure.error else "no reason was given"


def _heed_signals() -> None:
    """End on SIGTERM and Ctrl-C. Dagster lets SIGTERM do what SIGINT does: nothing, in a shell's background job."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)


if __name__ == "__main__":
    _heed_signals()
    sys.exit(main())
