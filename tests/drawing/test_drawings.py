"""The graph as a picture: each kind of history as it should look, and what no picture may get wrong."""

from __future__ import annotations

import re
import xml.etree.ElementTree as xml
from pathlib import Path

import pytest

from compat.gallery import DRAWINGS
from compat.histories import draw, ours
from fixtures.programs import Program
from headway.drawing import dot, mermaid, svg, text
from headway.revision.history import between

PICTURES = {
    "linear": "*  dddd04 (head)\n*  cccc03\n*  bbbb02\n*  aaaa01\n",
    "fork": "*  bbbb02 (head)\n| *  cccc03 (head)\n|/\n*  aaaa01\n",
    "two diamonds": (
        "*  gggg07 (head)\n|\\\n* |  eeee05\n| *  ffff06\n|/\n*  dddd04\n|\\\n* |  bbbb02\n| *  cccc03\n|/\n*  aaaa01\n"
    ),
    "nested diamonds": (
        "*  dddd04 (head)\n|\\\n* |  bbbb23\n|\\ \\\n* | |  bbbb21\n| * |  bbbb22\n| | *  cccc03\n|/ /\n"
        "* |  bbbb02\n|/\n*  aaaa01\n"
    ),
    "merge of three": (
        "*  eeee05 (head)\n|\\\n| |\\\n* | |  bbbb02\n| * |  cccc03\n| | *  dddd04\n|_|/\n|/\n*  aaaa01\n"
    ),
    "two labelled bases": "*  aaaa02 (head)\n*  aaaa01 (alpha)\n*  bbbb02 (head)\n*  bbbb01 (beta)\n",
    "dependency on a head": (
        "*  bbbb02 (head) (needs aaaa02)\n*  bbbb01 (beta)\n*  aaaa02 (head)\n*  aaaa01 (alpha)\n"
    ),
}


def drawn(name: str, module: object) -> str:
    graph = ours(draw(DRAWINGS[name]))
    return module.draw(graph, between(graph, "heads", "base", inclusive=True))  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize("name", PICTURES)
def test_text(name: str) -> None:
    assert re.sub(r" doc of \w+", "", drawn(name, text)) == PICTURES[name]


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_revision_stands_in_every_picture_once_and_in_order(name: str) -> None:
    graph = ours(draw(DRAWINGS[name]))
    order = between(graph, "heads", "base", inclusive=True)
    lines = [re.match(r"[|* ]*\*[|* ]*  (\w+)", line) for line in drawn(name, text).splitlines()]
    assert [match[1] for match in lines if match] == order
    assert re.findall(r'^    r\d+(?:\(\[|\[)"(\w+)', drawn(name, mermaid), re.M) == order
    assert re.findall(r'^    "(\w+)" \[label', drawn(name, dot), re.M) == order
    image = xml.fromstring(drawn(name, svg))
    texts = [element.text or "" for element in image.iter("{http://www.w3.org/2000/svg}text")]
    assert [words.split()[0] for words in texts] == order


@pytest.mark.parametrize("name", DRAWINGS)
def test_every_edge_is_drawn(name: str) -> None:
    graph = ours(draw(DRAWINGS[name]))
    parents = {(p, id_) for id_, revision in graph.ids.items() for p in revision.down_revisions}
    needs = {(d, id_) for id_ in graph.ids for d in graph.dependencies(id_)}
    assert set(re.findall(r'"(\w+)" -> "(\w+)";', drawn(name, dot))) == parents
    assert set(re.findall(r'"(\w+)" -> "(\w+)" \[style=dashed\]', drawn(name, dot))) == needs
    assert len(re.findall(r" --> ", drawn(name, mermaid))) == len(parents)
    assert len(re.findall(r" -\.-> ", drawn(name, mermaid))) == len(needs)
    assert drawn(name, svg).count("<path") == len(parents) + len(needs)


def test_hostile_messages_stay_text() -> None:
    graph = ours(draw("aaaa:"))
    graph.ids["aaaa"] = graph.ids["aaaa"]._replace(doc='"]; <script> & "x\\"')  # type: ignore[index]
    assert "<script>" not in mermaid.draw(graph, ["aaaa"]) + svg.draw(graph, ["aaaa"])
    assert '\\"]; <script>' in dot.draw(graph, ["aaaa"])
    xml.fromstring(svg.draw(graph, ["aaaa"]))


def test_the_command(storefront: Path, headway: Program) -> None:
    done = headway("graph", cwd=storefront)
    assert done.code == 0, done.err
    assert done.out.startswith("*  d16e2b7f5a08 (head) currency of orders\n")
    assert headway("history", "--graph", cwd=storefront).out == done.out
    part = headway("graph", "-r", "58d3b90c7e21:b81f5a3d0e72", cwd=storefront).out
    assert part.count("*") == 6
    assert headway("graph", "--format", "svg", "-o", "graph.svg", cwd=storefront).out == ""
    xml.parse(storefront / "graph.svg")
    whole, some = (
        headway("graph", "-f", "html", *more, cwd=storefront).out for more in ([], ["-r", "58d3b90c7e21:b81f5a3d0e72"])
    )
    assert (whole.count('id="r-'), some.count('id="r-')) == (14, 6)
    assert (
        "headway graph: passed" in whole and "b81f5a3d0e72" in some and "d16e2b7f5a08" not in some.partition("<main")[2]
    )
    wrong = headway("graph", "-r", "58d3", cwd=storefront)
    assert wrong.code == 2
    wrong.assert_one_clear_line("has no colon")
