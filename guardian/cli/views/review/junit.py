"""A review as JUnit's XML: a test case for each change, failed where it is red or denied.

Source: https://github.com/testmoapp/junitxml, the form that Jenkins, GitLab and Azure DevOps read alike.
"""

from collections import defaultdict
from collections.abc import Sequence
from xml.etree import ElementTree as ET

from guardian.cli.views.plan import counts_text
from guardian.cli.views.review.parts import THE_PLAN, address_of, summary_of, whole_fate_words
from guardian.cli.views.review.told import Level, Told, told
from guardian.cli.views.terminal import visible
from guardian.domain.review.review import Review


def review_junit(review: Review) -> str:
    """Return the document; a review of no changes is one suite without cases."""
    objections: dict[str, list[Told]] = defaultdict(list)
    for each in told(review):
        objections[each.address].append(each)
    root = visible(review.root or ".")
    suites = ET.Element("testsuites", name="guardian review")
    suite = ET.SubElement(suites, "testsuite", name=root)
    failed = 0
    for change in review.changes:
        words = whole_fate_words(change)
        name = change.intent.resource_type
        failed += _case(suite, name, address_of(change.intent), words, objections.pop(change.address, ()))
    # What is said of modules, providers and the plan belongs to no change.
    for address, rest in objections.items():
        failed += _case(suite, root, address or THE_PLAN, "", rest)
    counts = {"tests": str(len(suite)), "failures": str(failed), "errors": "0", "skipped": "0"}
    for element in (suites, suite):
        element.attrib.update(counts)
    ET.SubElement(suite, "system-out").text = visible(counts_text(summary_of(review)))
    ET.indent(suites)
    return f"<?xml version='1.0' encoding='UTF-8'?>\n{ET.tostring(suites, encoding='unicode')}\n"


def _case(suite: ET.Element, kind: str, name: str, words: str, objections: Sequence[Told]) -> bool:
    """Write one case; say whether it failed."""
    case = ET.SubElement(suite, "testcase", classname=visible(kind), name=visible(name), time="0")
    errors = [each for each in objections if each.level is Level.ERROR]
    if errors:
        message = visible(f"{errors[0].code}: {errors[0].words}")
        failure = ET.SubElement(case, "failure", type=visible(errors[0].code), message=message)
        failure.text = "\n".join(visible(f"{each.code}: {each.words}") for each in errors)
    said = [each for each in objections if each.level is not Level.ERROR]
    lines = [words] if words else []
    lines += [
        f"{each.level}: {each.code}: {' '.join(filter(None, [each.words, each.excused]))}" for each in said
    ]
    if lines:
        ET.SubElement(case, "system-out").text = "\n".join(map(visible, lines))
    return bool(errors)
