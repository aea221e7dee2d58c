"""Checks of entries: one small function per rule, grouped by subject. No I/O; the same rules run in repair, review and CLI."""

from kb_pipeline.domain.findings import Finding
from kb_pipeline.steps.checks.accuracy import code, example_copied, facts_preserved, foreign_currency, link, placeholder
from kb_pipeline.steps.checks.completeness import addition, omission
from kb_pipeline.steps.checks.form import length, question_form, repetition
from kb_pipeline.steps.checks.language import sara_am, untranslated_run, wrong_language, wrong_script
from kb_pipeline.steps.checks.locale import date_form, number_form
from kb_pipeline.steps.checks.markup import markdown
from kb_pipeline.steps.checks.meaning import meaning_drift
from kb_pipeline.steps.checks.opposite import polarity
from kb_pipeline.steps.checks.orthography import missing_marks, punctuation
from kb_pipeline.steps.checks.phrasings import PHRASING_RULES
from kb_pipeline.steps.checks.policy import clause_missing, unavailable
from kb_pipeline.steps.checks.safety import bot_instruction, personal_data
from kb_pipeline.steps.checks.subject import Rule, Subject
from kb_pipeline.steps.checks.terms import adapt_spelling, do_not_translate, term_forbidden, term_missing, ui_label
from kb_pipeline.steps.checks.tone import tone

__all__ = ["BLOCK_RULES", "PEOPLES_RULES", "RULES", "STRICT_RULES", "Rule", "Subject", "run_checks"]

# What must come through: facts, protected text, all that is said and its yes or no.
_FAITHFUL: tuple[Rule, ...] = (
    facts_preserved,
    foreign_currency,
    placeholder,
    link,
    code,
    omission,
    addition,
    polarity,
    meaning_drift,
)
# The market's language, all of it, and as it is written.
_LANGUAGE: tuple[Rule, ...] = (wrong_script, wrong_language, untranslated_run, sara_am, missing_marks, repetition)
# Nothing that harms: somebody's data, orders to the bot.
_SAFE: tuple[Rule, ...] = (personal_data, bot_instruction)
# The form of the source's text and the market's own form.
_FORM: tuple[Rule, ...] = (markdown, punctuation, date_form, number_form, tone)
# The pack's own words, clauses and limits.
_TERMS: tuple[Rule, ...] = (term_missing, term_forbidden, do_not_translate, ui_label, adapt_spelling)
_POLICY: tuple[Rule, ...] = (clause_missing, unavailable)
_FAQ: tuple[Rule, ...] = (length, question_form, *PHRASING_RULES)

RULES: tuple[Rule, ...] = (*_FAITHFUL, example_copied, *_TERMS, *_LANGUAGE, *_SAFE, *_POLICY, *_FORM, *_FAQ)
# What fits a FAQ that people wrote: only a model copies the examples that its prompt shows.
PEOPLES_RULES: tuple[Rule, ...] = tuple(rule for rule in RULES if rule is not example_copied)
# What fits any piece of text: the others judge a FAQ, its limits, its question, and the pack's examples.
BLOCK_RULES: tuple[Rule, ...] = tuple(rule for rule in PEOPLES_RULES if rule not in _FAQ)
# What holds for any text whatever its domain and house style; a finding is an error until somebody shows that it is none.
STRICT_RULES: tuple[Rule, ...] = (*_FAITHFUL, *_LANGUAGE, *_SAFE, markdown)


def run_checks(subject: Subject, rules: tuple[Rule, ...] = RULES) -> tuple[Finding, ...]:
    """All findings of `rules` on `subject`, in the order of the rules."""
    return tuple([finding for rule in rules for finding in rule(subject)])
