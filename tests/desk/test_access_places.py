"""Whatever stands in an address or a field, on either engine: an answer, never a failure (Art. 17)."""

from __future__ import annotations

from tests.fixtures.counter import Counter

PLACES = (
    "/requests/{}", "/views/{}", "/views/{}/footage", "/go/{}", "/register?words={}", "/register?state={}",
    "/register?since={}", "/register?page={}", "/new-request?activity={}", "/sign-in?to={}",
    "/assets/{}", "/invitations/{}",
)  # fmt: skip


def test_no_place_breaks_or_leaks(counter: Counter) -> None:
    leader = counter.browser("L3")
    for text in ("' OR 1=1 --", "%00", "..%2f..%2fetc%2fpasswd", "a" * 3_000, "%0d%0aX-A: b", "%ff%fe", "٣"):
        for place in PLACES:
            answer = leader.get(place.format(text))
            assert answer.status_code in (200, 303, 307, 400, 403, 404, 410, 422), (place, text, answer.status_code)
            assert "X-A" not in answer.headers
            assert "Traceback" not in answer.text


def test_no_field_breaks(counter: Counter) -> None:
    officer = counter.browser("A1")
    for text in ("\0", "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "٣", "9" * 400, "-1"):
        officer.open("/new-request?activity=xf-1")
        names = ("activity", "recording", "purpose", "valid_from", "valid_until", "views", "copies", "document")
        answer = officer.fill("/new-request", **dict.fromkeys(names, text))
        assert answer.status_code == 422, text
