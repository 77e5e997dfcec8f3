"""Each export is read back by something that did not write it, answered in every way, and compared with the source."""

import contextlib
import html
import importlib.util
import io
import json
import re
import zipfile
from xml.etree import ElementTree as ET

import nbformat
import pytest

from practice.__main__ import main
from practice.answers import Choice
from practice.exports import common, gift, moodle, prairielearn, qti, sheet
from practice.problem import all_problems
from tools.browser import find

PROBLEMS = {entry.name: entry for entry in all_problems()}
SEED = 7
QUESTIONS = [common.question(entry, SEED) for entry in PROBLEMS.values()]
NAMESPACE = {"q": qti.QTI}


@pytest.fixture(scope="module")
def quiz():
    return {node.findtext("name/text"): node for node in ET.fromstring(moodle.moodle(QUESTIONS)).iter("question")}


@pytest.fixture(scope="module")
def items():
    with zipfile.ZipFile(io.BytesIO(qti.qti(QUESTIONS))) as package:
        manifest = ET.fromstring(package.read("imsmanifest.xml"))
        place = next(node.get("href") for node in manifest.iter() if node.tag.endswith("}file"))
        root = ET.fromstring(package.read(place))
    return {item.get("title"): item for item in root.iter(f"{{{qti.QTI}}}item")}


@pytest.fixture(scope="module")
def plain_text():
    blocks = re.split(r"\n\n(?=::)", gift.gift(QUESTIONS).decode())
    return {re.match(r"::(.*?)(?<!\\)::", block)[1]: block for block in blocks}


def words(markup):
    """Return what a page shows of some markup."""
    text = html.unescape(re.sub(r"</?(p|em|code|section|h[123])[^>]*>", " ", markup))
    return re.sub(r"\s+", " ", re.sub(r"[*`$]|\\[\[\]()]", " ", text)).strip()


def test_a_question_is_its_variant():
    for one in QUESTIONS:
        check_a_question_is_its_variant(one)


def check_a_question_is_its_variant(one):
    entry = PROBLEMS[one.name.rpartition("-")[0]]
    problem = entry.variant(SEED)
    assert one.text.startswith(problem.question)
    assert [option.right for option in one.options].count(True) == 1
    assert len({option.value for option in one.options}) == len(problem.slips) + 1
    told = {option.feedback for option in one.options if not option.right}
    assert told == {why for _, why in problem.slips.values()}
    if isinstance(problem.answer, Choice):
        assert [option.value for option in one.options] == list(problem.answer.options)


def test_moodle(quiz):
    for one in QUESTIONS:
        check_moodle(one, quiz)


def check_moodle(one, quiz):
    node = quiz[one.title]
    assert node.get("type") == ("numerical" if one.tolerance else "multichoice")
    assert words(node.findtext("questiontext/text")) == words(one.text)
    assert words(node.findtext("generalfeedback/text")) == words(one.solution)
    answers = node.findall("answer")
    for option, answer in zip(one.options, answers, strict=True):
        assert answer.get("fraction") == ("100" if option.right else "0")
        assert words(answer.findtext("feedback/text")) == words(option.feedback)
        if one.tolerance:
            hits = [
                a for a in answers if abs(option.value - float(a.findtext("text"))) <= float(a.findtext("tolerance"))
            ]
            assert hits == [answer]
        else:
            assert words(answer.findtext("text")) == words(option.value)


def test_qti(items):
    for one in QUESTIONS:
        check_qti(one, items)


def check_qti(one, items):
    item = items[one.title]
    feedback = {
        node.get("ident"): node.find(".//q:mattext", NAMESPACE).text
        for node in item.findall("q:itemfeedback", NAMESPACE)
    }
    assert words(item.find("q:presentation/q:material/q:mattext", NAMESPACE).text) == words(one.text)
    assert words(feedback["general_fb"]) == words(one.solution)
    labels = {
        words(label.find(".//q:mattext", NAMESPACE).text): label.get("ident")
        for label in item.iter(f"{{{qti.QTI}}}response_label")
        if label.find(".//q:mattext", NAMESPACE) is not None
    }
    for option in one.options:
        typed = option.value if one.tolerance else labels[words(option.value)]
        score, told = processed(item, typed)
        assert score == (100 if option.right else 0)
        assert words(feedback[told]) == words(option.feedback)


def processed(item, typed):
    """Follow the response processing of QTI: the first condition that holds decides."""
    for condition in item.iter(f"{{{qti.QTI}}}respcondition"):
        tests = list(condition.find("q:conditionvar", NAMESPACE))
        holds = {
            "vargte": lambda test: typed >= float(test.text),
            "varlte": lambda test: typed <= float(test.text),
            "varequal": lambda test: typed == test.text,
        }
        if all(holds[test.tag.rpartition("}")[2]](test) for test in tests):
            score = condition.find("q:setvar", NAMESPACE)
            told = condition.find("q:displayfeedback", NAMESPACE).get("linkrefid")
            return (0 if score is None else float(score.text)), told
    return 0, None


def test_gift(plain_text):
    for one in QUESTIONS:
        check_gift(one, plain_text)


def check_gift(one, plain_text):
    block = plain_text[one.title]
    text, answers, solution = re.fullmatch(
        r"::.*?(?<!\\)::\[html\](.*?)(?<!\\)\{#?\n(.*)\n####(.*)\n\}\s*", block, re.S
    ).groups()

    def unescaped(part):
        return re.sub(r"\\([~=#{}:\\])", r"\1", part)

    assert words(unescaped(text)) == words(one.text)
    assert words(unescaped(solution)) == words(one.solution)
    for option, line in zip(one.options, answers.split("\n"), strict=True):
        value, told = re.split(r"(?<!\\)#", line)
        assert words(unescaped(told)) == words(option.feedback)
        if one.tolerance:
            number = re.fullmatch(r"=(%0%)?(.+):(.+)", value)
            assert (number[1] is None) == option.right
            assert float(number[2]) == pytest.approx(option.value, rel=1e-9)
            assert float(number[3]) == pytest.approx(one.tolerance)
        else:
            assert (value[0] == "=") == option.right
            assert words(unescaped(value[1:])) == words(option.value)


@pytest.mark.parametrize(
    "name", ["softmax-by-hand", "softmax-gauge", "mlp-parameters", "chain-where", "cnn-find-plain", "cbp-size-full"]
)
def test_prairielearn(name, tmp_path):
    questions = [common.question(PROBLEMS[name], seed) for seed in range(3)]
    for file, content in prairielearn.prairielearn(name, "softmax", questions).items():
        (tmp_path / file).write_bytes(content)
    assert json.loads((tmp_path / "info.json").read_text())["type"] == "v3"
    described = importlib.util.spec_from_file_location("server", tmp_path / "server.py")
    server = importlib.util.module_from_spec(described)
    described.loader.exec_module(server)
    for seed, one in enumerate(questions):
        data = {"variant_seed": seed, "params": {}, "correct_answers": {}, "feedback": {}}
        server.generate(data)
        assert words(data["params"]["text"]) == words(one.text)
        for option, stored in zip(one.options, data["params"]["options"], strict=True):
            data["submitted_answers"] = {"answer": option.value if one.tolerance else stored["key"]}
            server.grade(data)
            assert words(data["feedback"]["answer"]) == words(option.feedback)
            assert stored["right"] == option.right


def test_notebooks():
    entries = list(PROBLEMS.values())[:20]
    with_questions, with_solutions = (
        nbformat.reads(sheet.notebook("Sheet 1", entries, SEED, solved).decode(), as_version=4)
        for solved in (False, True)
    )
    for book in (with_questions, with_solutions):
        nbformat.validate(book)
        assert len(book.cells) == 2 * len(entries) + 1
    for place, entry in enumerate(entries):
        problem = entry.variant(SEED)
        assert problem.question in with_questions.cells[2 * place + 1].source
        assert problem.solution in with_solutions.cells[2 * place + 2].source
        assert problem.solution not in with_questions.cells[2 * place + 2].source


def test_the_page_to_print_holds_each_problem():
    entries = [PROBLEMS["softmax-gauge"], PROBLEMS["chain-where"]]
    asked, solved = (words(sheet.page("Sheet 1", entries, SEED, solutions)) for solutions in (False, True))
    for entry in entries:
        problem = entry.variant(SEED)
        assert words(problem.question) in asked
        assert words(problem.solution) in solved
        assert words(problem.solution) not in asked


@pytest.mark.pages
@pytest.mark.skipif(find() is None, reason="needs Chromium")
def test_a_sheet_can_be_printed(tmp_path):
    main(["sheet", "chain-where", "softmax-jacobian-matrix", "--students", "2", "--pdf", str(tmp_path / "out")])
    printed = {path.relative_to(tmp_path / "out").as_posix(): path.read_bytes() for path in tmp_path.rglob("*.pdf")}
    assert set(printed) == {f"{kind}/sheet-00{n}.pdf" for kind in ("questions", "solutions") for n in (1, 2)}
    for content in printed.values():
        assert content.startswith(b"%PDF-")
        assert len(re.findall(rb"/Type\s*/Page\b", content)) == 1


def test_without_a_chromium_one_line_says_so(tmp_path, monkeypatch):
    @contextlib.contextmanager
    def missing():
        raise FileNotFoundError("No Chromium was found.")
        yield

    monkeypatch.setattr("tools.browser.chromium", missing)
    with pytest.raises(SystemExit, match=r"practice: .*No Chromium was found"):
        main(["sheet", "chain-where", "--pdf", str(tmp_path / "out")])
    assert not (tmp_path / "out").exists()


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    written = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        main(["export", "softmax", "--variants", "2", "--seed", "3", *paths(folder)])
        main(["sheet", "softmax", "--students", "2", "--notebook", str(folder / "sheets")])
        written.append(
            {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
        )
    assert written[0] == written[1]
    assert len(written[0]) > 10


def paths(folder):
    kinds = {"moodle": "a.xml", "qti": "a.zip", "gift": "a.txt", "prairielearn": "pl"}
    return [part for kind, name in kinds.items() for part in (f"--{kind}", str(folder / name))]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["list", "nothing"], "no chapter or problem 'nothing'"),
        (["export", "softmax"], "name at least one of"),
        (["export", "softmax", "--variants", "0", "--gift", "a.txt"], "at least one variant"),
        (["export", "softmax", "--prairielearn", "full"], "not an empty folder"),
        (["sheet", "softmax", "--notebook", "full"], "not an empty folder"),
        (["sheet", "softmax", "new"], "name at least one of"),
        (["sheet"], "name an empty folder"),
    ],
)
def test_bad_input_gets_one_line_and_writes_nothing(arguments, complaint, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert complaint in str(end.value)
    assert "\n" not in str(end.value)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["full", "mine.txt"]


def test_the_list(capsys):
    main(["list", "softmax", "--json"])
    listed = json.loads(capsys.readouterr().out)
    assert {"id", "chapter", "items", "slips", "kind"} == set(listed[0])
    main(["list"])
    assert capsys.readouterr().out.rstrip().endswith(f"{len(PROBLEMS)} problems")
