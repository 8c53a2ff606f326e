"""The few pages that a recipient of a message may see: plain HTML, no scripts, nothing loaded from anywhere."""

from __future__ import annotations

from html import escape

from fastapi.responses import HTMLResponse

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'",
    # The address holds the token: it must not travel to other sites, nor into a search engine.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body {{ font: 1.125rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 3rem auto; padding: 0 1rem;
  color: #1a1a1a; background: #fff }}
button {{ font: inherit; padding: .6rem 1.2rem; border: 2px solid #1a1a1a; border-radius: .3rem; background: #1a1a1a;
  color: #fff; cursor: pointer }}
button:focus-visible, input:focus-visible {{ outline: 3px solid #0b5fff; outline-offset: 2px }}
fieldset {{ border: 1px solid #767676; border-radius: .3rem; margin: 0 0 1.5rem; padding: 1rem }}
label {{ display: block; padding: .3rem 0 }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""
_FORM = """<p>You receive messages about <strong>{purpose}</strong> by {channel}. What would you like?</p>
<form method="post">
<fieldset>
<legend>Your choice</legend>
<label><input type="radio" name="choice" value="this" checked> Less often: no more about {purpose} by {channel}</label>
<label><input type="radio" name="choice" value="all"> Never: no marketing at all, whatever it is about</label>
</fieldset>
<button type="submit">Unsubscribe</button>
</form>
<p>Nothing changes until you press the button.</p>"""
_DONE_THIS = """<p role="status">You will get no more messages about <strong>{purpose}</strong> by {channel}.</p>
<form method="post">
<input type="hidden" name="choice" value="all">
<p>You may also stop all marketing, whatever it is about:</p>
<button type="submit">No marketing at all</button>
</form>"""
_DONE_ALL = '<p role="status">You will get no more marketing from us, on any channel.</p>'
_UNKNOWN = """<p>This link is not complete or not ours. It may have been cut off when it was copied.</p>
<p>Please use the link in your message as it is, or answer the message: we will see to it.</p>"""
_CHANNELS = {"email": "e-mail", "sms": "text message", "post": "post", "phone": "telephone"}


def choice_page(purpose: str, channel: str) -> HTMLResponse:
    """What would you like? Nothing has changed."""
    return _page("Unsubscribe", _FORM.format(**_words(purpose, channel)))


def done_page(purpose: str, channel: str, *, everything: bool) -> HTMLResponse:
    """It is done."""
    return _page("Unsubscribed", _DONE_ALL if everything else _DONE_THIS.format(**_words(purpose, channel)))


def unknown_page() -> HTMLResponse:
    """The token is damaged or forged."""
    return _page("This link does not work", _UNKNOWN, status=404)


def _words(purpose: str, channel: str) -> dict[str, str]:
    return {
        "purpose": escape(purpose.replace("_", " ").replace(".", ": ")),
        "channel": escape(_CHANNELS.get(channel, channel)),
    }


def _page(title: str, body: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(_PAGE.format(title=title, body=body), status_code=status, headers=_HEADERS)
