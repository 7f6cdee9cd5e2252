"""Signing in and out, and choosing a password when invited (Art. 17)."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any

import segno
from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends, Request, Response
from itsdangerous import BadSignature, URLSafeTimedSerializer

from desk.context import Desk, TheDesk, came_from, desk_of
from desk.cookies import Shown, browser_of, forget_session, fresh_token, keep_language, keep_session, shown_by
from desk.credentials import LONGEST, SHORTEST, address_of, fresh_secret
from desk.reader import POLICY, Form, SignInFirst, TheForm, fields_of, go_to, language_of, visit_with, words_for
from desk.showing import NotShown, shown
from desk.words import Language
from registry.queries.docks import token_hash
from registry.queries.signing import credential_of, invited, person_of_session
from registry.transitions.signing import is_locked, note_failure, set_credential, sign_in
from registry.transitions.signing import sign_out as end_session
from regulation.errors import ActionDenied

signing = APIRouter()
_KEPT_SECONDS = 3_600


async def open_form(request: Request) -> Form:
    """The form of somebody who need not be signed in."""
    return Form(await fields_of(request))


OpenForm = Annotated[Form, Depends(open_form)]


def answer_sign_in_first(request: Request, nobody: Exception) -> Response:
    """Ask who it is. What they had typed comes along, sealed, and is not sent before they say so again."""
    assert isinstance(nobody, SignInFirst)
    desk = desk_of(request)
    cookie = shown_by(request, desk.base_url)
    whose = "" if cookie is None else cookie.token_hash
    kept = "" if nobody.kept is None else _sealer(desk).dumps([nobody.to, nobody.kept, whose])
    return sign_in_page(request, 401 if kept else 200, to=nobody.to, kept=kept)


def _sealer(desk: Desk) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(desk.pages_key, salt="kept-form")


def sign_in_page(request: Request, status: int, **facts: Any) -> Response:
    """The page that asks who it is."""
    single_sign_on = desk_of(request).access.single_sign_on
    blank = {"to": "/inbox", "kept": "", "number": "", "wrong": False, "unproved": False}
    provider = None if single_sign_on is None else single_sign_on.provider
    # a form that is answered by going elsewhere must be allowed to lead there
    elsewhere = "" if provider is None else f" {provider.origin}"
    policy = POLICY.replace("form-action 'self'", f"form-action 'self'{elsewhere}")
    words = words_for(language_of(request))
    return shown("sign_in.html.j2", status, policy=policy, provider=provider, **words, **{**blank, **facts})


@signing.get("/language/{language}")
def speak(desk: TheDesk, language: Language, to: str = "/inbox") -> Response:
    """From now on in this language."""
    answer = go_to(own_place(to))
    keep_language(answer, language, desk.base_url)
    return answer


@signing.get("/sign-in")
def ask(request: Request, to: str = "/inbox") -> Response:
    """The form."""
    return sign_in_page(request, 200, to=own_place(to))


def own_place(to: str) -> str:
    """A place of this desk; another's is not gone to."""
    is_own = to.startswith("/") and not to.startswith(("//", "/\\")) and "\\" not in to and to.isprintable()
    return to if is_own else "/inbox"


@signing.post("/sign-in")
def enter(request: Request, desk: TheDesk, form: OpenForm) -> Response:
    """Let in who knows the password and has the code."""
    to, kept = own_place(form.one("to")), form.one("kept")
    token = fresh_token()
    if not _is_let_in(request, desk, form, token):
        return sign_in_page(request, 403, to=to, kept=kept, number=form.one("number")[:32], wrong=True)
    answer = go_to(to) if not kept else with_kept(request, desk, Shown(token_hash(token), browser_of(request)), kept)
    keep_session(answer, token, desk.base_url)
    return answer


def _is_let_in(request: Request, desk: Desk, form: Form, token: str) -> bool:
    now, address = desk.now(), came_from(request)
    if desk.access.patience.is_lost(address, now):
        return False
    with desk.registry.reading() as reading:
        credential = credential_of(reading, form.one("number"))
    known = desk.access.credentials.matches(
        form.raw("password"), None if credential is None else credential.password_hash
    )
    if credential is None:
        desk.access.patience.count(address, now)
        return False
    code = desk.access.credentials.code_taken(form.one("code").replace(" ", ""), credential.sealed_secret, now)
    if known and code is not None:
        with suppress(ActionDenied), desk.registry.acting(f"person:{credential.person_id}", now) as act:
            sign_in(act, credential.person_id, code, token_hash(token), browser_of(request))
            return True
    desk.access.patience.count(address, now)
    with desk.registry.acting("desk:sign-in", now) as act:
        if not is_locked(act, credential):
            note_failure(act, credential.person_id)
    return False


def with_kept(request: Request, desk: Desk, cookie: Shown, kept: str) -> Response:
    """What somebody had typed when they were no longer signed in; one more press sends it. Nobody who signs in after
    them sees it."""
    visit = visit_with(request, cookie)
    try:
        to, fields, whose = _sealer(desk).loads(kept, max_age=_KEPT_SECONDS)
    except (BadSignature, ValueError):
        return go_to("/inbox")
    with desk.registry.reading() as reading:
        is_theirs = person_of_session(reading, whose) == visit.reader.person_id
    return visit.page("kept.html.j2", to=to, fields=fields) if is_theirs else go_to("/inbox")


@signing.post("/sign-out")
def leave(desk: TheDesk, form: TheForm) -> Response:
    """End the session."""
    with form.visit.acting() as act:
        end_session(act, form.visit.reader.session_id)
    answer = go_to("/sign-in")
    forget_session(answer, desk.base_url)
    return answer


@signing.get("/invitations/{token}")
def choose(request: Request, desk: TheDesk, token: str) -> Response:
    """The form by which an invited person chooses a password."""
    return _invitation_page(request, desk, token, fresh_secret())


def _invitation_page(
    request: Request, desk: Desk, token: str, secret: str, wrong: str | None = None, **facts: Any
) -> Response:
    with desk.registry.reading() as reading:
        person = invited(reading, token_hash(token), desk.now())
    if person is None:
        raise NotShown(403, "此邀请已使用或者已过期。", "This invitation was used, or is over.")
    picture = segno.make(address_of(secret, person.number), error="m").svg_data_uri(scale=5)
    return shown(
        "invitation.html.j2",
        422 if wrong else 200,
        policy=POLICY,
        person=person,
        sealed=_secret_sealer(desk, token).dumps(secret),
        secret=secret,
        picture=picture,
        wrong=wrong,
        facts=facts,
        shortest=SHORTEST,
        **words_for(language_of(request)),
    )


def _secret_sealer(desk: Desk, token: str) -> URLSafeTimedSerializer:
    """Ties the secret that a form carries to its invitation."""
    return URLSafeTimedSerializer(desk.pages_key, salt=f"invitation:{token_hash(token)}")


@signing.post("/invitations/{token}")
async def chosen(request: Request, desk: TheDesk, token: str, form: OpenForm) -> Response:
    """Enter the password and the authenticator."""
    return await run_sync(_chosen, request, desk, token, form)


def _chosen(request: Request, desk: Desk, token: str, form: Form) -> Response:
    try:
        secret = str(_secret_sealer(desk, token).loads(form.one("sealed"), max_age=3_600))
    except BadSignature:
        raise NotShown(
            403, "此页面已过期，请返回后重试。", "This page is out of date: go back and try again."
        ) from None
    password = form.raw("password")
    if not SHORTEST <= len(password) <= LONGEST:
        wrong, facts = "密码长度须为 {least} 至 {most} 个字符。", {"least": SHORTEST, "most": LONGEST}
        return _invitation_page(request, desk, token, secret, wrong, **facts)
    if password != form.raw("again"):
        return _invitation_page(request, desk, token, secret, "两次输入的密码不一致。")
    sealed = desk.access.credentials.seal(secret)
    if desk.access.credentials.code_taken(form.one("code"), sealed, desk.now()) is None:
        return _invitation_page(request, desk, token, secret, "验证码不正确，请检查手机时间。")
    hashed = desk.access.credentials.hash(password)
    with desk.registry.acting("desk:invitation", desk.now()) as act:
        set_credential(act, token_hash(token), hashed, sealed)
    return go_to("/sign-in")
