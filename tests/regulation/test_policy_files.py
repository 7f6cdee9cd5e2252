"""Policy layers as files hold them, and everything a file can get wrong (Art. 23)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulation.errors import ConfigurationError
from regulation.layers import Layer, Provision
from regulation.policy import layer_from

ENTRY: dict[str, Any] = {"value": 12, "valid_from": date(2026, 1, 1), "article": "Art. 4"}
HEAD: dict[str, Any] = {"layer": "unit", "document": "城管办法", "unit": "chengguan"}


def document(entry: object = ENTRY, **changes: object) -> dict[str, Any]:
    return {**HEAD, "parameters": {"upload_hours": entry}, **changes}


def test_a_single_table_and_a_list_of_tables() -> None:
    layer = layer_from(document(), source="unit.toml")
    assert (layer.layer, layer.document, layer.unit, layer.source) == (Layer.UNIT, "城管办法", "chengguan", "unit.toml")
    assert layer.provisions == (Provision("upload_hours", 12, "Art. 4", date(2026, 1, 1), None),)
    first = {**ENTRY, "valid_to": date(2026, 6, 30)}
    second = {**ENTRY, "value": 10, "valid_from": date(2026, 7, 1)}
    assert [one.value for one in layer_from(document([first, second]), "unit.toml").of("upload_hours")] == [12, 10]


def test_days_may_be_written_as_text_for_json_has_no_dates() -> None:
    entry = {**ENTRY, "valid_from": "2026-01-01", "valid_to": "2026-12-31"}
    [provision] = layer_from(document(entry), "unit.json").provisions
    assert (provision.valid_from, provision.valid_to) == (date(2026, 1, 1), date(2026, 12, 31))


def test_a_layer_may_set_nothing() -> None:
    assert layer_from(HEAD, "unit.toml").provisions == ()
    assert layer_from({"layer": "sector-superior", "document": "部令"}, "superior.toml").unit is None


@pytest.mark.parametrize(
    ("mapping", "key"),
    [
        ({}, "document"),
        (document(layer=None), "layer"),
        (document(layer="city"), "layer"),
        (document(layer=["unit"]), "layer"),
        (document(document=""), "document"),
        (document(document=8), "document"),
        (document(unit=None), "unit"),
        (document(unit=" "), "unit"),
        (document(unit=7), "unit"),
        (document(titel="x"), "titel"),
        (document(parameters=[ENTRY]), "parameters"),
        (document(12), "parameters.upload_hours"),
        (document([12]), "parameters.upload_hours"),
        (document({**ENTRY, "until": 1}), "parameters.upload_hours.until"),
        (document({"valid_from": date(2026, 1, 1), "article": "Art. 4"}), "parameters.upload_hours.value"),
        (document({**ENTRY, "article": None}), "parameters.upload_hours.article"),
        (document({**ENTRY, "valid_from": None}), "parameters.upload_hours.valid_from"),
        (document({**ENTRY, "valid_from": "1.1.2026"}), "parameters.upload_hours.valid_from"),
        (document({**ENTRY, "valid_from": 2026}), "parameters.upload_hours.valid_from"),
        (document({**ENTRY, "valid_from": datetime(2026, 1, 1, tzinfo=UTC)}), "parameters.upload_hours.valid_from"),
        (document({**ENTRY, "valid_to": "never"}), "parameters.upload_hours.valid_to"),
        (document({**ENTRY, "value": "12"}), "upload_hours"),
        (document(parameters={"upload_hourz": ENTRY}), "upload_hourz"),
    ],
)
def test_what_is_wrong_is_refused_naming_file_and_key(mapping: dict[str, Any], key: str) -> None:
    with pytest.raises(ConfigurationError) as told:
        layer_from(mapping, source="unit.toml")
    assert told.value.subject == f"unit.toml: {key}"
    assert told.value.article is not None


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dates() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
keys = st.sampled_from(["layer", "document", "unit", "parameters"])
parameters = st.dictionaries(st.sampled_from(["upload_hours", "filing_hours"]), anything)


@given(st.dictionaries(keys | st.text(), anything | st.sampled_from(["unit", "sector-superior"]) | parameters))
def test_whatever_a_file_holds_it_is_read_or_refused_in_one_way(mapping: dict[str, Any]) -> None:
    try:
        layer_from(mapping, source="unit.toml")
    except ConfigurationError as told:
        assert (told.subject or "").startswith("unit.toml: ")
