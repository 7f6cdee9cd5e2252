"""Whatever is sent to the API, it answers as it says it does (Art. 17)."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from desk.api.app import PREFIX
from regulation.disposal import DisposalStage
from regulation.duties import DutyKind
from tests.desk.test_api import asked, of, program, token_of
from tests.desk.test_duties import duty_about, waiting
from tests.fixtures.counter import Counter
from tests.fixtures.disposal import Disposal
from tests.fixtures.unrecorded import before_desk

CASE = "案〔2026〕7号"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


def real_places(counter: Counter, officer: Any) -> dict[str, Any]:
    """Ids that are there: of a request, its step, its grant, a viewing and a copy."""
    request = asked(counter, officer, copies=2)
    step = request["steps"][0]["id"]
    leader = of(counter, "L2")
    answer = leader.post(f"/requests/{request['number']}/steps/{step}", json={"do": "approve", "reason": "同意"})
    grant, recording = answer.json()["grant"], str(counter.recording("video"))
    view = officer.post(f"/grants/{grant}/{recording}/views").json()["view"]
    copy = officer.post(f"/grants/{grant}/{recording}/copies").json()["number"]
    return {
        "grant": grant,
        "recording": recording,
        "view": view,
        "step": step,
        "copies": copy,
        "requests": request["number"],
        "people": "A2",
    }


def disposal_places(disposal: Disposal) -> dict[str, Any]:
    """Numbers and ids that are there: of a list and its step, a hold and a case."""
    number = disposal.list_due().number
    hold, case = disposal.hold("older"), disposal.case("案〔2027〕1号")
    return {
        "disposals": number,
        "list_step": str(disposal.step(DisposalStage.APPRAISAL)),
        "holds": hold,
        "case": str(case),
    }


def conversion_places(counter: Counter, officer: Any, grant: str) -> dict[str, Any]:
    """The number of a conversion that was handed in, and the step that is open."""
    items = [{"recording": str(counter.recording("video")), "proves": "现场执法过程"}]
    people = {"extractor": "A1", "checker": "A2"}
    body = {"grant": grant, "case": CASE, "cause": "占道经营", "items": items, "carrier": "usb", **people}
    number = officer.post("/conversions", json=body).json()["number"]
    whole = officer.post(f"/conversions/{number}/submission").json()
    return {"conversions": number, "conversion_step": whole["steps"][0]["id"]}


def activity_places(counter: Counter) -> dict[str, Any]:
    """An activity that was not recorded throughout, and what was said of it."""
    silence = before_desk(counter)
    return {
        "activity": str(silence.activity), "report": str(silence.report()), "exemption": str(silence.exempt()),
    }  # fmt: skip


def _whose(path: str) -> str:
    names = ("copies", "people", "disposals", "holds", "conversions")
    return next((name for name in names if f"/{name}" in path), "requests")


@pytest.mark.parametrize("who", ["A1", "A3", "nobody"])
def test_it_answers_as_it_says(disposal_city: Disposal, counter: Counter, who: str) -> None:
    officer = program(counter, token_of(counter, "A1")[0])
    places = real_places(counter, officer)
    disposal_city.case(CASE)
    places |= conversion_places(counter, officer, places["grant"])
    places |= activity_places(counter)
    places |= {"duty": str(duty_about(counter, DutyKind.FILING, waiting(counter.access.city, "xf-1")).id)}
    disposal_city.later()
    places |= disposal_places(disposal_city)
    token = "bwc_nobody" if who == "nobody" else token_of(counter, who, "另一程序")[0]
    schema = schemathesis.openapi.from_asgi(f"{PREFIX}/openapi.json", counter.app)
    operations = [one.ok() for one in schema.get_all_operations()]
    assert len(operations) == 79
    statuses: set[int] = set()

    @settings(
        max_examples=3 if who == "nobody" else 20,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data())
    def every(data: st.DataObject) -> None:
        for operation in operations:
            case = data.draw(operation.as_strategy())
            if data.draw(st.booleans()):
                known = {**places, "number": places[_whose(case.path)]}
                if "/disposals" in case.path:
                    known["step"] = places["list_step"]
                if "/conversions" in case.path:
                    known["step"] = places["conversion_step"]
                case.path_parameters = {
                    name: known.get(name, value) for name, value in (case.path_parameters or {}).items()
                }
            answer = case.call(headers={"Authorization": f"Bearer {token}"})
            case.validate_response(answer, checks=CHECKS)
            statuses.add(answer.status_code)

    every()
    # 404: what was drawn for a path is none of the paths there are
    assert statuses <= {401, 404, 429} if who == "nobody" else {200, 404, 422} <= statuses, statuses


def test_what_no_database_keeps_is_a_fault_of_its_field(counter: Counter) -> None:
    administrator = program(counter, token_of(counter, "A3")[0])

    def sent(path: str, **body: str) -> httpx.Response:
        return administrator.post(path, content=json.dumps(body), headers={"Content-Type": "application/json"})

    person = {"number": "A9", "name": "己\0\ud800", "unit": "xfa"}
    for path, body, field in (
        ("/people", person, "number"),
        ("/people", person, "unit"),
        ("/cases", {"number": "案〔2026〕9号", "unit": "xfa"}, "number"),
    ):
        answer = sent(path, **body | {field: f"{body[field]}\0"})
        assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert sent("/people", **person).json()["name"] == "己\ufffd\ufffd"
