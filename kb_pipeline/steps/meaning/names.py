"""Names in Latin letters of two texts, compared where the letters tell them from words: Android, plan B, E-104."""

import re
from collections.abc import Iterator

from kb_pipeline.steps.language.reader import language_of
from kb_pipeline.steps.meaning.alignment import Part
from kb_pipeline.steps.meaning.differences import differing
from kb_pipeline.steps.meaning.values import Commitment, Difference, Kind

