"""Only this service's own cookies are read, whatever else a browser sends."""

from serving.access.cookies import keep_own, own_cookies

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def headers(*cookies: bytes) -> list[tuple[bytes, bytes]]:
    return [(b"host", b"desk"), *((b"cookie", cookie) for cookie in cookies)]


def kept(*cookies: bytes) -> list[tuple[bytes, bytes]]:
    scope = {"type": "http", "headers": headers(*cookies)}
    keep_own(scope)
    return scope["headers"]


def test_quoted_backslashes_come_no_further():
    assert kept(b'a="' + b"\\" * 60_000 + b'"') == headers()
    assert kept(b'fendan_session="' + b"\\" * 60_000 + b'"') == headers()


def test_several_cookie_headers_are_one():
    assert kept(b"fendan_lang=zh; a=1", b"fendan_theme=dark") == headers(
        b"fendan_lang=zh; fendan_theme=dark"
    )


def test_a_request_without_cookies_is_left_alone():
    assert kept() == headers()


def test_a_cookie_of_ours_that_we_did_not_write_is_none():
    assert own_cookies("fendan_session=a b; fendan_lang=\xe9; fendan_x=" + "a" * 5_000) == {}


def test_who_has_another_service_s_cookie_is_signed_in_all_the_same(service):
    client = service(api_key="a-master-key").client
    client.post("/console/sign-in", content="key=a-master-key", headers=FORM)
    session = client.cookies["fendan_session"]
    client.cookies.clear()
    sent = {"Cookie": f'a={{"b": "c"}}; d[e]=1; fendan_session={session}', "Accept": "text/html"}
    assert client.get("/console/policy", headers=sent).status_code == 200
    assert client.get("/console/policy", headers={"Cookie": 'a={"b": 1}'}).url.path.endswith(
        "sign-in"
    )
