"""QTI 1.2 as Canvas writes it: a zip file with a manifest and one quiz. PrairieLearn imports it, too."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from practice.exports.common import Question, html

QTI = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
PACKAGE = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
QUIZ = "practice/practice.xml"
SMALLEST = 1e-4  # Canvas keeps four decimals


def qti(questions: Sequence[Question]) -> bytes:
    """Return a package that Canvas's import reads."""
    root = ET.Element("questestinterop", xmlns=QTI)
    section = ET.SubElement(
        ET.SubElement(root, "assessment", ident="practice", title="Practice"), "section", ident="root_section"
    )
    for one in questions:
        _item(section, one)
    manifest = ET.Element("manifest", identifier="practice-package", xmlns=PACKAGE)
    ET.SubElement(ET.SubElement(manifest, "metadata"), "schema").text = "IMS Content"
    ET.SubElement(manifest, "organizations")
    resource = ET.SubElement(
        ET.SubElement(manifest, "resources"), "resource", identifier="practice", type="imsqti_xmlv1p2"
    )
    ET.SubElement(resource, "file", href=QUIZ)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as package:
        for name, tree in (("imsmanifest.xml", manifest), (QUIZ, root)):
            ET.indent(tree)
            entry = zipfile.ZipInfo(name)  # its date is fixed, so that the same questions make the same bytes
            entry.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(entry, ET.tostring(tree, encoding="utf-8", xml_declaration=True))
    return packed.getvalue()


def _item(section: ET.Element, one: Question) -> None:
    item = ET.SubElement(section, "item", ident=one.name, title=one.title)
    fields = ET.SubElement(ET.SubElement(item, "itemmetadata"), "qtimetadata")
    kind = "numerical_question" if one.tolerance else "multiple_choice_question"
    for label, entry in (("question_type", kind), ("points_possible", "1.0")):
        field = ET.SubElement(fields, "qtimetadatafield")
        ET.SubElement(field, "fieldlabel").text = label
        ET.SubElement(field, "fieldentry").text = entry
    presentation = ET.SubElement(item, "presentation")
    _material(presentation, one.text)
    if one.tolerance:
        response = ET.SubElement(presentation, "response_str", ident="response1", rcardinality="Single")
        ET.SubElement(ET.SubElement(response, "render_fib", fibtype="Decimal"), "response_label", ident="answer1")
    else:
        response = ET.SubElement(presentation, "response_lid", ident="response1", rcardinality="Single")
        choices = ET.SubElement(response, "render_choice")
        for place, option in enumerate(one.options):
            _material(ET.SubElement(choices, "response_label", ident=f"option{place}"), option.value)
    processing = ET.SubElement(item, "resprocessing")
    outcomes = ET.SubElement(processing, "outcomes")
    ET.SubElement(outcomes, "decvar", maxvalue="100", minvalue="0", varname="SCORE", vartype="Decimal")
    for place, option in enumerate(one.options):
        condition = ET.SubElement(processing, "respcondition", {"continue": "No"})
        tested = ET.SubElement(condition, "conditionvar")
        if one.tolerance:
            ET.SubElement(tested, "vargte", respident="response1").text = f"{option.value - one.tolerance:.10g}"
            ET.SubElement(tested, "varlte", respident="response1").text = f"{option.value + one.tolerance:.10g}"
        else:
            ET.SubElement(tested, "varequal", respident="response1").text = f"option{place}"
        if option.right:
            ET.SubElement(condition, "setvar", action="Set", varname="SCORE").text = "100"
        ET.SubElement(condition, "displayfeedback", feedbacktype="Response", linkrefid=f"feedback{place}")
    feedback = {f"feedback{place}": option.feedback for place, option in enumerate(one.options)}
    for ident, text in (feedback | {"general_fb": one.solution}).items():
        _material(ET.SubElement(ET.SubElement(item, "itemfeedback", ident=ident), "flow_mat"), text)


def _material(node: ET.Element, text: str) -> None:
    ET.SubElement(ET.SubElement(node, "material"), "mattext", texttype="text/html").text = html(text)
