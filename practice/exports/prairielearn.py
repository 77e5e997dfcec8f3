"""PrairieLearn: one folder a problem, with its variants as data and a small program that draws and judges them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence

from practice.exports.common import Question, html

SERVER = '''"""Draws one of the variants, and names the slip that an answer shows."""

import json
from pathlib import Path

VARIANTS = json.loads(Path(__file__).with_name("variants.json").read_text(encoding="utf-8"))


def generate(data):
    variant = VARIANTS[int(str(data["variant_seed"]), 36) % len(VARIANTS)]
    data["params"].update(variant)
    if variant["tolerance"]:
        data["correct_answers"]["answer"] = next(one["value"] for one in variant["options"] if one["right"])


def grade(data):
    submitted = data["submitted_answers"].get("answer")
    for place, option in enumerate(data["params"]["options"]):
        value = option["value"] if data["params"]["tolerance"] else option["key"]
        same = submitted == value if isinstance(value, str) else abs(float(submitted) - value) <= data["params"]["tolerance"]
        if same:
            data["feedback"]["answer"] = option["feedback"]
            break
'''
NUMBER = (
    '<pl-number-input answers-name="answer" comparison="relabs" rtol="0" atol="{{params.tolerance}}"></pl-number-input>'
)
CHOICE = """<pl-multiple-choice answers-name="answer" order="fixed">
{{#params.options}}<pl-answer correct="{{right}}">{{{value}}}</pl-answer>{{/params.options}}
</pl-multiple-choice>"""
PAGE = """<pl-question-panel>{{{params.text}}}</pl-question-panel>
%s
<pl-submission-panel>{{{feedback.answer}}}</pl-submission-panel>
<pl-answer-panel>{{{params.solution}}}</pl-answer-panel>
"""


def prairielearn(name: str, chapter: str, questions: Sequence[Question]) -> dict[str, bytes]:
    """Return the files of a problem's folder."""
    numeric = bool(questions[0].tolerance)
    info = {
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, f"practice:{name}")),
        "title": name.replace("-", " ").capitalize(),
        "topic": chapter,
        "tags": ["practice"],
        "type": "v3",
    }
    variants = [
        {
            "text": html(one.text),
            "tolerance": one.tolerance,
            "solution": html(one.solution),
            "options": [
                {
                    "key": "abcdefgh"[place],
                    "value": option.value if numeric else html(option.value),
                    "right": option.right,
                    "feedback": html(option.feedback),
                }
                for place, option in enumerate(one.options)
            ],
        }
        for one in questions
    ]
    files = {
        "info.json": json.dumps(info, indent=2),
        "question.html": PAGE % (NUMBER if numeric else CHOICE),
        "server.py": SERVER,
        "variants.json": json.dumps(variants, indent=1, ensure_ascii=False),
    }
    return {file: (text if text.endswith("\n") else text + "\n").encode() for file, text in files.items()}
