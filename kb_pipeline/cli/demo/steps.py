"""The steps of the demo, one method each, over the services that people and programs use."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from kb_pipeline.bootstrap import build_publisher, open_accounts, open_assessor, open_markets, open_store, today
from kb_pipeline.cli.demo.api import Client, DemoError, Reply
from kb_pipeline.cli.demo.display import Screen
from kb_pipeline.cli.display import kb
from kb_pipeline.cli.system.programs import Programs, Stop, free_port
from kb_pipeline.cli.system.up import our_programs
from kb_pipeline.domain.changes import ChangeState, Verdict
from kb_pipeline.domain.markets import Market
from kb_pipeline.domain.releases import Release, ReleaseState, diff_manifests
from kb_pipeline.services.release.publish import Publisher
from kb_pipeline.services.review.played import Played, PlayedReviewer, decide
from kb_pipeline.settings import Settings

ARTICLE = "en/returns.md"
QUESTIONS = {  # by language: these markets are shown unless others are named, which are asked what they published
    "en": "How many days do I have to return an item?",
    "th": "ฉันคืนสินค้าได้ภายในกี่วัน",
}
OUT_OF_SCOPE = "Will it rain in Bangkok tomorrow?"
ACTOR = "demo:publisher"


def demo_settings(settings: Settings) -> Settings:
    """The settings in a home of its own, on loopback, with nothing shared with a running service."""
    home = settings.home / "demo"
    return settings.model_copy(
        update={
            "home": home, "database_url": "", "chroma_url": "", "probe_url": "", "host": "127.0.0.1",
            "api_port": free_port("127.0.0.1"),
        }
    )  # fmt: skip


def shown_markets(settings: Settings, tags: Sequence[str]) -> tuple[Market, ...]:
    """The markets of `tags`; without any, those whose language has a question ready, so that one more pack costs no time."""
    markets = open_markets(settings, tags)
    return markets if tags else tuple(m for m in markets if m.language in QUESTIONS) or markets


class Demo:
    """One run of the demo. `run` ends with everything stopped that it started."""

    def __init__(self, settings: Settings, screen: Screen, markets: Sequence[str] = ()) -> None:
        self._screen = screen
        self._settings = demo_settings(settings)
        self._store = open_store(self._settings)
        self._markets = shown_markets(self._settings, markets)
        self._answers: list[Reply] = []
        self._followed: list[dict[str, object]] = []

    def run(self) -> dict[str, object]:
        """All steps; what was seen, for `--json`. Raises KBError."""
        step = self._screen.step
        with ExitStack() as stack:
            stack.callback(self._store.close)
            with step(f"Staging {ARTICLE} through Dagster"):
                self._stage()
            with step("Deciding: the demo now plays the reviewer"):
                played = self._decide()
            with step("Publishing a release per market"):
                for market in self._markets:
                    self._publish(market, "the demo's first")
            with step("Starting the API"):
                client = stack.enter_context(self._api())
            with step("Asking over HTTP"):
                self._ask(client)
            with step("Rolling back and forth"):
                self._roll(client)
        self._screen.end(self._next())
        return self._report(played)

    def _stage(self) -> None:
        home, source = str(self._settings.home), str(self._settings.source_dir)
        command = [sys.executable, "-m", "assets", "--source", source, "--only", ARTICLE, "--home", home]
        command += [word for market in self._markets for word in ("--market", market.tag)]
        environment = os.environ | self._settings.environment()
        out = self._screen.console.file.fileno()
        self._screen.console.file.flush()
        done = subprocess.run(command, env=environment, stdout=out, check=False)  # noqa: S603 - our own module
        if done.returncode:
            raise DemoError("staging failed", "see what it said above; finished work is kept: run it again to go on")

    def _reviewer(self) -> PlayedReviewer:
        assessor = open_assessor(self._settings, self._store, self._markets)
        return PlayedReviewer(self._store, self._markets, assessor, today())

    def _decide(self) -> list[Played]:
        say, reviewer = self._screen.say, self._reviewer()
        say("In earnest, people decide: kb review list, or the review page. Here, and in this home only, the demo decides.")
        played = [decide(change) for market in self._markets for change in self._store.changes(market.tag)]
        held = self._held_back(played)
        for item in played:
            if item is not held:
                reviewer.carry_out(item)
        shown = [
            p.model_copy(update={"verdict": None, "why": "kept for the second release"}) if p is held else p for p in played
        ]
        self._screen.decisions(shown)
        if not any(item.verdict for item in played):
            say("What it may decide was decided by an earlier demo.")
        for market in self._markets:
            states = {state: len(self._store.changes(market.tag, (state,))) for state in ChangeState}
            say(f"{market.tag}: " + (", ".join(f"{n} {state.value}" for state, n in states.items() if n) or "no changes"))
        return shown

    def _held_back(self, played: list[Played]) -> Played | None:
        """One approval of a market that has nothing live yet and enough without it: it makes the second release."""
        live = self._store.live_numbers()
        for market in self._markets:
            mine = [p for p in played if p.change.market == market.tag and p.verdict is Verdict.APPROVE]
            if market.tag not in live and len(mine) > 1:
                return mine[-1]
        return None

    def _publish(self, market: Market, note: str) -> None:
        publisher = self._publisher(market.tag)
        self._lift(publisher)
        release = publisher.publish(note)
        if release is not None:
            self._screen.release(release, "is live")
        elif market.tag in self._store.live_numbers():
            self._screen.release(self._live(market.tag), "is live already: nothing changed since")
        else:
            raise DemoError(
                f"nothing was approved in {market.tag}, so nothing can be published",
                f"decide yourself: KB_HOME={self._settings.home} kb review list --market {market.tag}",
            )

    @contextmanager
    def _api(self) -> Iterator[Client]:
        """The API as a child process, and a key for it that is revoked at the end."""
        accounts = open_accounts(self._store)
        (program,) = our_programs(self._settings, ["api"])
        text, key = accounts.add_key("kb demo", (), ACTOR)
        running = Programs(self._settings.home / "logs", os.environ | self._settings.environment(), Stop())
        try:
            running.start(program)
            running.wait_until_ready(self._screen.say)
            self._screen.say(f"it listens on {program.url}; the demo's own key is {key.id}, revoked at the end")
            client = Client(program.url, text)
            try:
                yield client
            finally:
                client.close()
        finally:
            running.end()
            self._store.revoke_key(key.id, ACTOR)

    def _ask(self, client: Client) -> None:
        for market in self._markets:
            fixed, own = QUESTIONS.get(market.language), self._own_question(market.tag)
            if fixed and not self._show(client, fixed, market.tag).abstained:
                continue
            if fixed:
                self._screen.say("  It is not sure enough, so it says nothing. Now a question that this release answers:")
            if self._show(client, own, market.tag).abstained:
                raise DemoError(
                    f"the API is not sure of '{own}', which {market.tag} has published", "kb search shows the scores"
                )
        if not self._show(client, OUT_OF_SCOPE, self._markets[0].tag, fallback=True).abstained:
            raise DemoError(f"the API answers '{OUT_OF_SCOPE}', which no article knows", "raise KB_ANSWER_CONFIDENCE")

    def _show(self, client: Client, query: str, market: str, *, fallback: bool = False) -> Reply:
        reply = client.ask(query, market, fallback=fallback)
        self._screen.reply(query, reply)
        self._answers.append(reply)
        return reply

    def _own_question(self, market: str) -> str:
        item = self._store.manifest(market, self._live(market).number)[0]
        return self._store.revisions([item.revision_id])[item.revision_id].text.question

    def _roll(self, client: Client) -> None:
        """A second release, back to the first, forth to the second; the API follows each time."""
        self._second_release()
        market, new, old = self._two_releases()
        query = self._question_only_of(new, old)
        publisher = self._publisher(market)
        self._follow(client, query, new, "is asked what only it says")
        self._follow(client, query, publisher.rollback(old.number), "is live again: rolled back")
        self._follow(client, query, publisher.rollback(new.number), "is live again: rolled forth")
        self._lift(publisher)

    def _lift(self, publisher: Publisher) -> None:
        """End the hold that the demo's own rollback set, if it stands; a person's stays."""
        hold = self._store.hold_of(publisher.market.tag)
        if hold and hold.actor == ACTOR:
            publisher.lift("the demo has shown it")
            self._screen.say("  The rollback had put the market on hold, so that nothing undoes it; the demo lifts that now.")

    def _second_release(self) -> None:
        reviewer, waiting = self._reviewer(), list[Played]()
        for market in self._markets:
            mine = [decide(change) for change in self._store.changes(market.tag)]
            waiting += [item for item in mine if item.verdict is Verdict.APPROVE]
            for item in waiting:
                reviewer.carry_out(item)
            if waiting:
                self._screen.decisions(waiting)
                return self._publish(market, "the demo's second")
        return None

    def _two_releases(self) -> tuple[str, Release, Release]:
        """A market, what is live there, and the newest other release that can be live again."""
        for market in self._markets:
            live, releases = self._live(market.tag), self._store.releases(market.tag)
            superseded = (r for r in releases if r.state is ReleaseState.SUPERSEDED)
            old = next((r for r in superseded if r.manifest_hash != live.manifest_hash), None)
            if old:
                return market.tag, live, old
        raise DemoError("there is no second release to roll back from", "approve one more change: kb review list")

    def _question_only_of(self, new: Release, old: Release) -> str:
        """A question that shows the difference of two releases."""
        before, after = (self._store.manifest(r.market, r.number) for r in (old, new))
        diff = diff_manifests(before, after)
        wanted = next(iter(diff.added or diff.changed or diff.removed))
        item = next(i for i in (*after, *before) if i.entry_id == wanted)
        return self._store.revisions([item.revision_id])[item.revision_id].text.question

    def _follow(self, client: Client, query: str, release: Release, what: str) -> None:
        reply, seconds = client.ask_until(query, release.market, release.id)
        self._screen.release(release, what)
        self._screen.reply(query, reply)
        self._screen.say(f"  the API followed within {seconds:.1f} s")
        self._followed.append({"release": release.id, "abstained": reply.abstained, "seconds": round(seconds, 2)})

    def _publisher(self, market: str) -> Publisher:
        return build_publisher(self._settings, market, ACTOR, store=self._store)

    def _live(self, market: str) -> Release:
        return self._store.release(market, self._store.live_numbers()[market])

    def _next(self) -> list[tuple[str, str]]:
        home = self._settings.home
        return [
            ("Make yourself an account", f"KB_HOME={home} {kb()} user add NAME --role admin"),
            ("Open the API, the review page and Dagster over what the demo made", f"KB_HOME={home} {kb()} up"),
            ("See what was left for a person", f"KB_HOME={home} {kb()} review list"),
        ]

    def _report(self, played: list[Played]) -> dict[str, object]:
        words = [p.verdict.value if p.verdict else "left" for p in played]
        return {
            "home": str(self._settings.home),
            "decided": {word: words.count(word) for word in dict.fromkeys(words)},
            "live": {market: self._live(market).id for market in self._store.live_numbers()},
            "answers": [reply.model_dump(mode="json") for reply in self._answers],
            "followed": self._followed,
            "seconds": self._screen.seconds,
        }
