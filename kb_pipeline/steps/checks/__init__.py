"""Checks of entries: one small function per rule, grouped by subject; a profile says which rules fit. No I/O."""

from collections.abc import Iterable
from enum import StrEnum

from kb_pipeline.domain.findings import Finding
from kb_pipeline.steps.checks.accuracy import code, example_copied, facts_preserved, foreign_currency, link, placeholder
from kb_pipeline.steps.checks.addresses import foreign_address
from kb_pipeline.steps.checks.bare_answer import bare_answer
from kb_pipeline.steps.checks.by_models import foreign_word, no_word, prompt_echoed, said_twice, self_contradiction
from kb_pipeline.steps.checks.commitments import COMMITMENT_RULES
from kb_pipeline.steps.checks.completeness import addition, omission
from kb_pipeline.steps.checks.form import length, question_form, repetition
from kb_pipeline.steps.checks.grounding import grounded
from kb_pipeline.steps.checks.language import sara_am, untranslated_run, wrong_language, wrong_script
from kb_pipeline.steps.checks.locale import date_form, number_form
from kb_pipeline.steps.checks.market_facts import market_fact_unsure
from kb_pipeline.steps.checks.markup import markdown
from kb_pipeline.steps.checks.meaning import meaning_drift
from kb_pipeline.steps.checks.orthography import missing_marks, punctuation
from kb_pipeline.steps.checks.phrasings import PHRASING_RULES
from kb_pipeline.steps.checks.policy import clause_missing, unavailable
from kb_pipeline.steps.checks.protected import protected_text
from kb_pipeline.steps.checks.safety import bot_instruction, personal_data, sayable
from kb_pipeline.steps.checks.secret_requests import secret_request
from kb_pipeline.steps.checks.subject import Rule, Subject
from kb_pipeline.steps.checks.terms import adapt_spelling, do_not_translate, term_forbidden, term_missing, ui_label
from kb_pipeline.steps.checks.tone import tone

__all__ = ["PROFILES", "RULES", "SAFE_RULES", "Profile", "Rule", "Subject", "run_checks", "run_rules"]

# What must come through: facts, protected text, all that is said and committed to.
_FAITHFUL: tuple[Rule, ...] = (
    facts_preserved,
    foreign_currency,
    placeholder,
    link,
    code,
    omission,
    addition,
    *COMMITMENT_RULES,
    meaning_drift,
)
# The market's language, all of it, and as it is written.
_LANGUAGE: tuple[Rule, ...] = (wrong_script, wrong_language, untranslated_run, sara_am, missing_marks, repetition)
# Nothing that harms: somebody's data, orders to the bot, ways to somewhere else.
SAFE_RULES: tuple[Rule, ...] = (personal_data, bot_instruction, secret_request, foreign_address)
# The form of the source's text and the market's own form.
_FORM: tuple[Rule, ...] = (markdown, punctuation, date_form, number_form, tone)
# The pack's own words, clauses and limits.
_TERMS: tuple[Rule, ...] = (term_missing, term_forbidden, do_not_translate, ui_label, adapt_spelling)
_POLICY: tuple[Rule, ...] = (market_fact_unsure, clause_missing, unavailable)
_FAQ: tuple[Rule, ...] = (sayable, bare_answer, length, question_form, *PHRASING_RULES)

# What only a source with citations and its place in the market's values allow to check.
_TRACED: tuple[Rule, ...] = (protected_text, grounded)

# What only a model does: it copies the examples that its prompt shows, or invents words.
_BY_MODELS: tuple[Rule, ...] = (example_copied, prompt_echoed, self_contradiction, said_twice, no_word, foreign_word)

RULES: tuple[Rule, ...] = (*_FAITHFUL, *_BY_MODELS, *_TERMS, *_LANGUAGE, *SAFE_RULES, *_POLICY, *_FORM, *_FAQ, *_TRACED)


class Profile(StrEnum):
    """What is checked, and so which rules fit."""

    DRAFT = "draft"  # a model's text for a source FAQ, also in repair rounds
    SAVING = "saving"  # a person's text for a source FAQ, when it is approved
    TYPING = "typing"  # the same while it is typed: what needs an embedder comes when it is saved
    IMPORT = "import"  # an entry without a source: it is checked against itself, by SAFE_RULES against nothing
    SENTENCE = "sentence"  # a model's text for one sentence of a FAQ
    BLOCK = "block"  # a source and a target in a file, of any length: no FAQ, no citations


_PEOPLES = tuple(rule for rule in RULES if rule not in _BY_MODELS)

PROFILES: dict[Profile, tuple[Rule, ...]] = {
    Profile.DRAFT: RULES,
    Profile.SAVING: _PEOPLES,
    Profile.TYPING: tuple(rule for rule in _PEOPLES if rule is not meaning_drift),
    Profile.IMPORT: tuple(rule for rule in _PEOPLES if rule not in (meaning_drift, *_TRACED, *SAFE_RULES)),
    Profile.SENTENCE: tuple(rule for rule in RULES if rule not in (sayable, *PHRASING_RULES, *_TRACED)),
    Profile.BLOCK: tuple(rule for rule in _PEOPLES if rule not in (*_FAQ, *_TRACED)),
}


def run_checks(subject: Subject, profile: Profile = Profile.DRAFT) -> tuple[Finding, ...]:
    """All findings of a profile's rules on `subject`, in the order of the rules."""
    return run_rules(subject, PROFILES[profile])


def run_rules(subject: Subject, rules: Iterable[Rule]) -> tuple[Finding, ...]:
    """All findings of `rules` on `subject`, in their order."""
    return tuple([finding for rule in rules for finding in rule(subject)])
