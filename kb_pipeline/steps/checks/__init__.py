"""Checks of entries: one small function per rule, grouped by subject. No I/O; the same rules run in repair, review and CLI."""

from kb_pipeline.domain.findings import Finding
from kb_pipeline.steps.checks.accuracy import example_copied, facts_preserved, foreign_currency, link, placeholder
from kb_pipeline.steps.checks.form import length, question_form, repetition
from kb_pipeline.steps.checks.language import sara_am, untranslated_run, wrong_language, wrong_script
from kb_pipeline.steps.checks.subject import Rule, Subject
from kb_pipeline.steps.checks.terms import adapt_spelling, do_not_translate, term_forbidden, term_missing, ui_label

__all__ = ["BLOCK_RULES", "PEOPLES_RULES", "RULES", "Rule", "Subject", "run_checks"]

RULES: tuple[Rule, ...] = (
    facts_preserved, foreign_currency, example_copied, placeholder, link, term_missing, term_forbidden, do_not_translate,
    ui_label, adapt_spelling, wrong_script, wrong_language, untranslated_run, sara_am, length, question_form, repetition,
)  # fmt: skip

# What fits a FAQ that people wrote: only a model copies the examples that its prompt shows.
PEOPLES_RULES: tuple[Rule, ...] = tuple(rule for rule in RULES if rule is not example_copied)
# What fits any piece of text: the others judge a FAQ, its limits, its question, and the pack's examples.
BLOCK_RULES: tuple[Rule, ...] = tuple(rule for rule in PEOPLES_RULES if rule not in (length, question_form))


def run_checks(subject: Subject, rules: tuple[Rule, ...] = RULES) -> tuple[Finding, ...]:
    """All findings of `rules` on `subject`, in the order of the rules."""
    return tuple(finding for rule in rules for finding in rule(subject))
