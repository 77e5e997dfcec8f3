"""Moodle XML: a numerical question in which each slip is an answer of its own, or a multiple choice."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from practice.exports.common import Option, Question, html


def moodle(questions: Sequence[Question]) -> bytes:
    """Return a file that Moodle's import reads."""
    quiz = ET.Element("quiz")
    for one in questions:
        node = ET.SubElement(quiz, "question", type="numerical" if one.tolerance else "multichoice")
        _text(node, "name", one.title, None)
        _text(node, "questiontext", html(one.text))
        _text(node, "generalfeedback", html(one.solution))
        ET.SubElement(node, "defaultgrade").text = "1"
        if not one.tolerance:
            ET.SubElement(node, "single").text = "true"
            ET.SubElement(node, "shuffleanswers").text = "true"
            ET.SubElement(node, "answernumbering").text = "abc"
        for option in one.options:
            _answer(node, option, one.tolerance)
        _text(node, "hint", html(one.hint))
    ET.indent(quiz)
    return bytes(ET.tostring(quiz, encoding="utf-8", xml_declaration=True)) + b"\n"


def _text(node: ET.Element, tag: str, text: str, form: str | None = "html") -> None:
    ET.SubElement(ET.SubElement(node, tag, {"format": form} if form else {}), "text").text = text


def _answer(node: ET.Element, option: Option, tolerance: float) -> None:
    fraction = "100" if option.right else "0"
    answer = ET.SubElement(node, "answer", fraction=fraction, format="moodle_auto_format" if tolerance else "html")
    ET.SubElement(answer, "text").text = f"{option.value:.10g}" if tolerance else html(option.value)
    _text(answer, "feedback", html(option.feedback))
    if tolerance:
        ET.SubElement(answer, "tolerance").text = f"{tolerance:.10g}"
