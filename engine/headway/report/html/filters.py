"""The row of controls above a list: words, kinds, folding. What they do is in script.py; without it they are not shown."""

from __future__ import annotations

from collections.abc import Sequence

from headway.report.html.elements import Html, element


def filters(
    what: str, kinds: Sequence[str] = (), only: str | None = None, *, folds: bool = False, zooms: bool = False
) -> Html:
    """Controls for the section they stand in: ``kinds`` are all shown at first, ``only`` narrows to one."""
    boxes = [_box(kind, name="kind", value=kind, checked=True) for kind in kinds]
    if only is not None:
        boxes.append(_box(f"only {only}", name="only", value=only, checked=False))
    buttons = [_button("unfold all", fold="open"), _button("fold all", fold="close")] if folds else []
    buttons += [_button("smaller", zoom="out"), _button("larger", zoom="in")] if zooms else []
    search = element("label", f"search {what} ", element("input", type="search", name="words", autocomplete="off"))
    return element("form", search, *boxes, *buttons, element("output", aria_live="polite"), class_="filters")


def _box(label: str, *, name: str, value: str, checked: bool) -> Html:
    box = element("input", type="checkbox", name=name, value=value, checked=checked)
    return element("label", box, f" {label}", class_="box")


def _button(label: str, *, fold: str | None = None, zoom: str | None = None) -> Html:
    return element("button", label, type="button", data_fold=fold, data_zoom=zoom)
